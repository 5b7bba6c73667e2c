-- Every run that a training left whole has a receipt, also one that made the weights of a known version again.
create table cairn.training_run (
  run_id text primary key,
  model text not null,
  version integer not null,
  receipt text not null references cairn.receipt (digest),
  at timestamptz not null default clock_timestamp()
);
insert into cairn.training_run (run_id, model, version, receipt)
select run_id, model, version, receipt from cairn.version where known = 'witnessed';

-- A run made again: `run_id` is the new run, `of_run` the one that it repeats.
create table cairn.reproduction (
  run_id text primary key,
  of_run text not null,
  result jsonb not null,
  receipt text not null references cairn.receipt (digest),
  at timestamptz not null default clock_timestamp()
);

-- What the newest reproduction of a version's run said: {digest, same}.
alter table cairn.version add column reproduced jsonb;
