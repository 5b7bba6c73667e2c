-- What people say of Cairn: of a view of the page, and of a result by its receipt. Of whoever said it only the account is kept.
-- A receipt may be of another installation, so it is not looked up.
create table cairn.feedback (
  seq bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  rating integer not null check (rating between 1 and 5),
  words text not null,
  view text not null,
  receipt text
);
create index feedback_actor on cairn.feedback (actor, at);
