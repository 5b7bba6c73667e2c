-- Map tiles that were fetched, so that they need not be fetched twice: the bytes lie in the object store. `source` is the
-- SHA-256 of the template's address, which may hold a key. Rows may be lost: their tiles are fetched again.
create table cairn.tile (
  source text not null,
  zoom integer not null,
  col integer not null,
  row integer not null,
  digest text not null,
  etag text,
  last_modified text,
  fresh_until timestamptz,
  primary key (source, zoom, col, row)
);
