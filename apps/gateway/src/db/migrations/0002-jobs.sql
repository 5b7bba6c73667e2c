-- The steps of a job's attempt that runs, or ran last: name, status, started, finished.
alter table cairn.job add column steps jsonb not null default '[]';
