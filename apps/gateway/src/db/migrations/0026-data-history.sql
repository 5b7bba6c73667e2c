-- The history of the data repository, which each gateway keeps in a folder of its own: in order, what was committed at once. A
-- row tells its commits, the oldest first, and has the Git bundle that brings them to whoever has those of the rows before. Of two
-- gateways that commit at once, one writes the row.
create table cairn.data_history (
  seq integer primary key,
  commits text[] not null check (cardinality(commits) > 0),
  bundle bytea not null,
  at timestamptz not null default clock_timestamp()
);
