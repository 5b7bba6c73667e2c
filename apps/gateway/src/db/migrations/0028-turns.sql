-- What jobs do one after the other, over all gateways: who has the turn. One whose job is no longer running is given to the next.
create table cairn.turn (
  name text primary key,
  job_id text not null
);
