-- Accounts beside the owner. An account is never deleted, since its name stands in receipts and events; it is disabled.
alter table cairn.account
  add column password text,
  add column disabled boolean not null default false;

-- Tokens that a person asks for. The id is for lists and for revoking; it opens nothing.
alter table cairn.token
  add column id text unique,
  add column name text,
  drop constraint token_kind_check,
  add constraint token_kind_check check (kind in ('owner', 'session', 'job', 'api')),
  add constraint token_api_named check ((kind = 'api') = (id is not null and name is not null)),
  add constraint token_api_expires check (kind <> 'api' or expires is not null);
