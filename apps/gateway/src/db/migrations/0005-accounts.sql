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

-- What was found to be wrong, by the digests of its contents, each with its signed receipt. What came of it points here.
create table cairn.revocation (
  seq bigint generated always as identity primary key,
  kind text not null check (kind in ('version', 'dataset', 'package')),
  name text not null,
  digests text[] not null,
  reason text not null,
  actor text not null,
  receipt text not null,
  at timestamptz not null
);
create index revocation_digests on cairn.revocation using gin (digests);
alter table cairn.prediction add column revocation bigint references cairn.revocation (seq);
create index prediction_version on cairn.prediction (model, version);
create index prediction_receipt on cairn.prediction (receipt);
