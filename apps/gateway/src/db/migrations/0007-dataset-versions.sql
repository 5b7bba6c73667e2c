-- Every version that a dataset has had. The catalogue holds the newest; here each keeps its STAC item, and the commit of the
-- data repository that pins it. The list of a version's files is the object that its digest names.
create table cairn.dataset_version (
  dataset text not null,
  version integer not null,
  digest text not null,
  dvc_md5 text not null,
  commit text not null,
  receipt text not null,
  actor text not null,
  item jsonb not null,
  at timestamptz not null default clock_timestamp(),
  primary key (dataset, version)
);
