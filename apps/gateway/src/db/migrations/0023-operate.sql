-- Jobs that have just ended, beside those that are open.
create index job_finished on cairn.job (finished) where finished is not null;

-- What a token may do at most; null: what its account may.
alter table cairn.token add column roles text[];

-- The event log by who did it and by what was done, the newest first.
create index event_actor on cairn.event (actor, seq);
create index event_kind on cairn.event (kind text_pattern_ops, seq);
