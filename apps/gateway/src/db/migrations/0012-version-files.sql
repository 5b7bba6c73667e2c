-- What the run of a version left for people, its card and its pictures: path to digest and size. The bytes lie in the object
-- store, so that neither the catalogue's items nor an approval depend on what MLflow still holds.
alter table cairn.version add column files jsonb not null default '{}';
