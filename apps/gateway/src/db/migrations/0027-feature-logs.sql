-- The logs of the buildings that jobs find, where gateways share the database: the name of the series, as in the file of the gateway
-- that finds them, and whether every building is there, without which nothing is told of a job that has ended.
create table cairn.feature_log (
  job_id text primary key references cairn.job (id) on delete cascade,
  series text not null,
  whole boolean not null default false,
  -- When something was added last.
  added timestamptz not null default clock_timestamp()
);

-- Their lines, in pieces: whole lines of UTF-8, and where the first begins in the file, in bytes. Pieces follow each other without a gap.
create table cairn.feature_piece (
  job_id text not null references cairn.feature_log (job_id) on delete cascade,
  place bigint not null,
  lines bytea not null,
  primary key (job_id, place)
);
