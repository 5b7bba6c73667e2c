-- What a revision leaves beside its files: its place among the model's revisions, the archive of its content, and the image
-- that was built of it. Revisions of an earlier Cairn have no archive until they are registered again.
alter table cairn.revision
  add column number integer,
  add column archive text,
  add column image text;

update cairn.revision r set number = counted.number
from (
  select model, package_digest, row_number() over (partition by model order by at, package_digest) as number
  from cairn.revision
) counted
where counted.model = r.model and counted.package_digest = r.package_digest;

alter table cairn.revision
  alter column number set not null,
  add unique (model, number);
