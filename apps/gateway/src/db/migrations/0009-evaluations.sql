-- A version measured on the held-out part of a dataset as that was then: `metrics` are what was found there, `relation` how
-- the data stand to those that the version was trained on. The newest of a version and a digest counts.
create table cairn.evaluation (
  seq bigint generated always as identity primary key,
  run_id text not null unique,
  model text not null,
  version integer not null,
  dataset text not null,
  dataset_digest text not null,
  relation text not null check (relation in ('same', 'overlapping', 'apart')),
  metrics jsonb not null,
  receipt text not null references cairn.receipt (digest),
  actor text not null,
  at timestamptz not null default clock_timestamp(),
  foreign key (model, version) references cairn.version (model, version) on delete cascade
);
create index evaluation_of on cairn.evaluation (model, version, dataset_digest, seq);
