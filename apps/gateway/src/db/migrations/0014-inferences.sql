-- What the Open Inference Protocol's door answered: one row for what was asked of a version and what it answered, both by
-- digest; neither is kept. Asked the same again, the row's receipt is named again.
create table cairn.inference (
  id text primary key,
  model text not null,
  version integer not null,
  input_digest text not null,
  output_digest text not null,
  receipt text not null unique,
  actor text not null,
  at timestamptz not null default clock_timestamp(),
  revocation bigint references cairn.revocation (seq),
  foreign key (model, version) references cairn.version (model, version)
);
create index inference_version on cairn.inference (model, version) where revocation is null;
