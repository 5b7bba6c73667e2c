-- The logs of jobs, in pieces: where a piece begins in the log of its job, in bytes of UTF-8 from its beginning, and what it says.
-- Pieces follow each other without a gap, over all attempts of the job; one may end within a line.
create table cairn.job_log (
  job_id text not null references cairn.job (id) on delete cascade,
  place bigint not null check (place >= 0),
  text text not null,
  primary key (job_id, place)
);
