-- Which share of the requests that name no version goes to another version in production than the default. That version has
-- the alias canary for as long as the row is there.
create table cairn.canary (
  model text primary key,
  version integer not null,
  share double precision not null check (share > 0 and share < 1),
  actor text not null,
  reason text not null,
  at timestamptz not null default clock_timestamp(),
  foreign key (model, version) references cairn.version (model, version)
);
