-- The one key by which every gateway of this database signs: SHA-256 of its public half (SPKI in DER), as receipts name it.
create table cairn.signing_key (
  single boolean primary key default true check (single),
  keyid text not null,
  since timestamptz not null default clock_timestamp()
);
-- Where there are receipts, the key of the last.
insert into cairn.signing_key (keyid)
  select bundle #>> '{verificationMaterial,publicKey,hint}' from cairn.receipt order by seq desc limit 1;
