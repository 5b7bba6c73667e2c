import { Type, type Static } from 'typebox';
import { Digest } from './digest.ts';

/** What somebody says of a view of the page, or of a result. */
export const NewFeedback = Type.Object(
  {
    rating: Type.Integer({ minimum: 1, maximum: 5, title: '1 is very bad, 5 is very good' }),
    words: Type.Optional(Type.String({ default: '', maxLength: 2000, title: 'In your own words' })),
    view: Type.String({
      maxLength: 2000,
      pattern: '^#/(?![^#]*[?&]token=)[^\\s]*$',
      description: 'the address that it is about, from its #; never one with a token in it',
    }),
    receipt: Type.Optional(Digest),
  },
  { additionalProperties: false, $id: 'NewFeedback' },
);
export type NewFeedback = Static<typeof NewFeedback>;

/** What somebody said. Of themselves only the account is known. */
export const FeedbackInfo = Type.Object(
  {
    id: Type.Integer(),
    at: Type.String({ description: 'RFC 3339' }),
    actor: Type.String(),
    rating: Type.Integer(),
    words: Type.String(),
    view: Type.String(),
    receipt: Type.Union([Digest, Type.Null()]),
  },
  { $id: 'FeedbackInfo' },
);
export type FeedbackInfo = Static<typeof FeedbackInfo>;
