-- Which version runs a share of a model's predictions once more, and answers nobody. That version has the alias shadow for as
-- long as the row is there.
create table cairn.shadow (
  model text primary key,
  version integer not null,
  share double precision not null check (share > 0 and share <= 1),
  actor text not null,
  reason text not null,
  at timestamptz not null default clock_timestamp(),
  foreign key (model, version) references cairn.version (model, version)
);

-- What a prediction was asked, apart from the version: digest of the imagery, area, and the settings that were named. Null
-- where it was made before this was kept.
alter table cairn.prediction add column asked jsonb;

-- What a shadow found on what a prediction was asked, beside what was answered. Its buildings are not kept.
create table cairn.comparison (
  prediction text not null references cairn.prediction (id),
  model text not null,
  version integer not null,
  -- The version of the model that answered.
  answered integer not null,
  answered_features integer not null,
  shadow_features integer not null,
  answered_area_m2 double precision not null,
  shadow_area_m2 double precision not null,
  matched integer not null,
  -- Means over what both found; null where that is nothing.
  mean_iou double precision,
  answered_confidence double precision,
  shadow_confidence double precision,
  confidence_difference double precision,
  seconds double precision not null,
  receipt text not null references cairn.receipt (digest),
  at timestamptz not null default clock_timestamp(),
  primary key (prediction, model, version),
  foreign key (model, version) references cairn.version (model, version)
);
create index comparison_of on cairn.comparison (model, version, at desc);

-- The runs of a version as a shadow.
create index job_shadow on cairn.job ((inputs->>'version')) where process = 'shadow-prediction';
