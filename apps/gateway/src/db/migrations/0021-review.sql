-- What somebody who looked said of a building of a prediction; who says it last stands, and the events keep the others.
create table cairn.review (
  prediction text not null references cairn.prediction (id),
  -- Id of the feature in the prediction's file.
  feature text not null,
  verdict text not null check (verdict in ('accepted', 'rejected', 'fixed')),
  -- The outline as it should be, a GeoJSON polygon; of what was fixed.
  geometry jsonb check ((geometry is not null) = (verdict = 'fixed')),
  actor text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (prediction, feature)
);
