-- The steps of a job's attempt that runs, or ran last: name, status, started, finished.
alter table cairn.job add column steps jsonb not null default '[]';

-- The list of jobs, page by page.
create index job_created on cairn.job (created desc, id desc);

-- How its requester wants the result: {"response": "raw" | "document", "outputs": [name, …]}; empty where all of it as one document.
alter table cairn.job add column answer jsonb not null default '{}';

-- What each attempt of a job used. cost is null where no rate was configured.
create table cairn.usage (
  job_id text not null references cairn.job (id) on delete cascade,
  attempt integer not null,
  wall_seconds double precision not null,
  cpu_seconds double precision,
  peak_mib double precision,
  cost double precision,
  currency text,
  updated timestamptz not null default clock_timestamp(),
  primary key (job_id, attempt)
);

-- Who is to be told of a job, by the addresses of the request's subscriber.
create table cairn.subscriber (
  seq bigint generated always as identity primary key,
  job_id text not null references cairn.job (id) on delete cascade,
  success_uri text,
  in_progress_uri text,
  failed_uri text
);
create unique index subscriber_once on cairn.subscriber
  (job_id, coalesce(success_uri, ''), coalesce(in_progress_uri, ''), coalesce(failed_uri, ''));

-- What subscribers have still to be told: written with the change of state that it tells, deleted when it was delivered or given
-- up. Its body is that of the job when it is sent.
create table cairn.callback (
  seq bigint generated always as identity primary key,
  job_id text not null references cairn.job (id) on delete cascade,
  kind text not null check (kind in ('inProgress', 'success', 'failed')),
  uri text not null,
  attempts integer not null default 0,
  due timestamptz not null default clock_timestamp()
);
create unique index callback_progress on cairn.callback (job_id, uri) where kind = 'inProgress';
