import { Type, type Static } from 'typebox';

const VersionId = Type.Union([Type.String(), Type.Null()]);

/** Which version of a model answers who names none, before and after something; null: none does. */
export const Answers = Type.Object({
  model: Type.String(),
  now: { ...VersionId, description: 'MODEL/NUMBER' },
  after: { ...VersionId, description: 'MODEL/NUMBER' },
});
export type Answers = Static<typeof Answers>;

/** What follows when a version leaves production, by being laid aside or taken back, or by going back to another. */
export const Departure = Type.Object(
  {
    version: Type.String({ description: 'MODEL/NUMBER' }),
    predictions: Type.Integer({ minimum: 0, description: 'made with it, and not marked as revoked' }),
    answers: Answers,
    backTo: { ...VersionId, description: 'the version that a roll back of its model would bring back; null: none' },
  },
  { $id: 'Departure' },
);
export type Departure = Static<typeof Departure>;
