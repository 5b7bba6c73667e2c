-- The state of Cairn beside the catalogue. STAC items live in pgstac; here is what has a life of its own: jobs, versions
-- and their stages, receipts, events, accounts.
create schema cairn;

-- Every change of state leaves one row, written in the transaction that makes the change.
create table cairn.event (
  seq bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  kind text not null,
  subject text not null,
  data jsonb not null default '{}'
);
create index event_subject on cairn.event (subject, seq);

create table cairn.account (
  id text primary key,
  roles text[] not null,
  created timestamptz not null default clock_timestamp()
);

-- Only the digest of a token is kept. A token of a job dies with it.
create table cairn.token (
  digest text primary key,
  account text not null references cairn.account (id) on delete cascade,
  kind text not null check (kind in ('owner', 'session', 'job')),
  job text,
  expires timestamptz,
  created timestamptz not null default clock_timestamp()
);

-- A job is leased by the gateway that runs it; a lease that has run out is taken over.
create table cairn.job (
  id text primary key,
  process text not null,
  inputs jsonb not null,
  inputs_digest text not null,
  status text not null check (status in ('accepted', 'running', 'successful', 'failed', 'dismissed')),
  progress integer not null default 0,
  message text not null default '',
  result jsonb,
  problem jsonb,
  actor text not null,
  attempt integer not null default 0,
  cancel boolean not null default false,
  outer_ids jsonb not null default '{}',
  lease_owner text,
  lease_until timestamptz,
  created timestamptz not null default clock_timestamp(),
  started timestamptz,
  finished timestamptz,
  updated timestamptz not null default clock_timestamp()
);
create index job_open on cairn.job (status, created) where status in ('accepted', 'running');
create unique index job_identical on cairn.job (process, inputs_digest, actor) where status in ('accepted', 'running');

-- Signed receipts, chained: prev is the digest of the receipt before it.
create table cairn.receipt (
  seq bigint generated always as identity primary key,
  digest text not null unique,
  kind text not null,
  subject text not null,
  prev text,
  bundle jsonb not null,
  at timestamptz not null default clock_timestamp()
);
create index receipt_subject on cairn.receipt (kind, subject, seq);

-- A revision of a package: one content, by digest.
create table cairn.revision (
  model text not null,
  package_digest text not null,
  files jsonb not null,
  commit text,
  environment_digest text not null,
  receipt text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (model, package_digest)
);

create table cairn.version (
  model text not null,
  version integer not null,
  name text not null,
  title text not null,
  stage text not null check (stage in ('candidate', 'staging', 'production', 'archived', 'revoked')),
  author text not null,
  weights_digest text not null,
  package_digest text not null,
  environment_digest text not null,
  commit text,
  run_id text not null,
  dataset_digest text not null,
  dataset text,
  known text not null check (known in ('witnessed', 'imported')),
  data text not null check (data in ('generated', 'real')),
  gsd double precision not null,
  stride integer not null,
  halo integer not null,
  threshold double precision not null,
  metrics jsonb not null,
  bbox double precision[] not null,
  record jsonb not null,
  receipt text not null,
  aliases text[] not null default '{}',
  created timestamptz not null default clock_timestamp(),
  primary key (model, version),
  unique (model, weights_digest)
);

create table cairn.stage_change (
  seq bigint generated always as identity primary key,
  model text not null,
  version integer not null,
  from_stage text,
  to_stage text not null,
  actor text not null,
  reason text not null,
  approved_own boolean not null default false,
  receipt text,
  at timestamptz not null default clock_timestamp(),
  foreign key (model, version) references cairn.version (model, version) on delete cascade
);

-- What MLflow has still to be told. Written with the change, done when MLflow has it, so that a killed MLflow loses nothing.
create table cairn.mlflow_outbox (
  seq bigint generated always as identity primary key,
  model text not null,
  version integer not null,
  kind text not null,
  data jsonb not null default '{}',
  attempts integer not null default 0,
  done boolean not null default false
);

create table cairn.prediction (
  id text primary key,
  request_digest text not null unique,
  model text not null,
  version integer not null,
  imagery text not null,
  geojson_digest text not null,
  features integer not null,
  area_km2 double precision not null,
  seconds double precision not null,
  receipt text not null,
  actor text not null,
  at timestamptz not null default clock_timestamp()
);
