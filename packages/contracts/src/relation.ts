import { Type, type Static } from 'typebox';

/** How data stand to those that a version was trained on. */
export const DataRelation = Type.Union([Type.Literal('same'), Type.Literal('overlapping'), Type.Literal('apart')], {
  description: 'the very data that it was trained on, others of an area that overlaps theirs, or of another area',
});
export type DataRelation = Static<typeof DataRelation>;
