-- What was seen of a revision's entry points when they ran on tiny data here; null where nobody asked for it.
alter table cairn.revision add column trial jsonb;
