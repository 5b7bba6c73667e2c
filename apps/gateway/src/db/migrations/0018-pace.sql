-- How long predictions took on this machine, a row for each that was computed: what an estimate of the next one learns from.
create table cairn.pace (
  seq bigint generated always as identity primary key,
  weights_digest text not null,
  -- Whether the model server was there before.
  ready boolean not null,
  -- Windows that the network was asked about, and seconds, in all.
  windows integer not null,
  seconds double precision not null,
  -- The same from the first block's answer to the last one's: without start and end.
  steady_windows integer not null,
  steady_seconds double precision not null,
  at timestamptz not null default clock_timestamp()
);
create index pace_weights on cairn.pace (weights_digest, seq desc);
