-- Example pictures of a version: what it finds on a few chips of a dataset as that was then, beside the labels. `pictures` names
-- each chip with its digest, the digest of what was drawn and what was counted on it; `part` tells of which chips of the dataset
-- they are, `relation` how the data stand to those that the version was trained on. A version has one set on a content.
create table cairn.example_set (
  model text not null,
  version integer not null,
  dataset text not null,
  dataset_version integer not null,
  dataset_digest text not null,
  relation text not null check (relation in ('same', 'overlapping', 'apart')),
  part text not null check (part in ('held-out', 'any')),
  pictures jsonb not null,
  software text not null,
  actor text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (model, version, dataset_digest),
  foreign key (model, version) references cairn.version (model, version) on delete cascade,
  foreign key (dataset, dataset_version) references cairn.dataset_version (dataset, version)
);
