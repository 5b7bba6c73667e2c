-- What the network of a version answers: its task, as MLM names it, and the names of its classes by number.
alter table cairn.version add column output jsonb not null
  default '{"task": "semantic-segmentation", "classes": ["background", "building"]}';
