import { Type, type Static } from 'typebox';

/** Something in a dataset that does not stand in the way of using it, and that its owner should know. */
export const DatasetWarning = Type.Object({
  kind: Type.String({ description: 'a stable name, as outline-off-chips' }),
  words: Type.String({ description: 'what a person reads' }),
  count: Type.Integer({ minimum: 1 }),
  where: Type.Array(Type.String(), { description: 'files, features or OSM elements; the first 20 of them' }),
});
export type DatasetWarning = Static<typeof DatasetWarning>;
