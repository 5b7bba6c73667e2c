import { Type, type Static } from 'typebox';
import { Digest } from './digest.ts';
import { Reason } from './version.ts';

const share = Type.Number({
  minimum: 0.0001,
  maximum: 1,
  title: 'Share',
  description: 'of the predictions of the default and the canary, as a part of 1',
});

const versionName = Type.String({ description: 'MODEL/NUMBER' });

/** Asking that a version runs a share of what a model is asked once more, and answers nobody. */
export const ShadowChange = Type.Object(
  { version: Type.Integer({ minimum: 1, maximum: 999_999_999 }), share, reason: Reason },
  { additionalProperties: false, $id: 'ShadowChange' },
);
export type ShadowChange = Static<typeof ShadowChange>;

/** The version of a model that runs a share of its predictions once more, and answers nobody. */
export const Shadow = Type.Object(
  {
    version: versionName,
    share,
    /** Who asked for it, why, and when. */
    actor: Type.String(),
    reason: Type.String(),
    at: Type.String({ format: 'date-time' }),
  },
  { $id: 'Shadow' },
);
export type Shadow = Static<typeof Shadow>;

const found = (description: string) => Type.Object({ answered: Type.Number(), shadow: Type.Number() }, { description });

/** What a shadow found beside what was answered. Means are null where nothing was found by both. */
export const ShadowFigures = Type.Object(
  {
    features: found('how many each found'),
    areaM2: found('of what each found'),
    matched: Type.Integer({ description: 'found by both: of one class, with an IoU of 0.5 or more' }),
    missing: Type.Integer({ description: 'in the answer alone' }),
    added: Type.Integer({ description: 'found by the shadow alone' }),
    meanIou: Type.Union([Type.Number(), Type.Null()], { description: 'of what both found' }),
    confidence: Type.Union(
      [
        Type.Object({
          answered: Type.Number(),
          shadow: Type.Number(),
          difference: Type.Number({ description: 'mean of the absolute differences' }),
        }),
        Type.Null(),
      ],
      { description: 'mean confidence in what both found' },
    ),
  },
  { $id: 'ShadowFigures' },
);
export type ShadowFigures = Static<typeof ShadowFigures>;

/** One prediction that a shadow ran again. */
export const ShadowComparison = Type.Object(
  {
    prediction: Type.String(),
    version: versionName,
    answered: Type.String({ description: 'the version that answered, MODEL/NUMBER' }),
    figures: ShadowFigures,
    seconds: Type.Number({ description: 'that the shadow took, waiting for others included' }),
    receipt: Digest,
    at: Type.String({ format: 'date-time' }),
  },
  { $id: 'ShadowComparison' },
);
export type ShadowComparison = Static<typeof ShadowComparison>;

/** How a version did as a shadow, over all that it ran. */
export const ShadowRecord = Type.Object(
  {
    version: versionName,
    compared: Type.Integer({ description: 'predictions that it ran again' }),
    waiting: Type.Integer({ description: 'predictions that it has still to run' }),
    failed: Type.Integer({ description: 'runs that failed; their jobs tell why' }),
    beside: Type.Array(
      Type.Object({
        version: Type.String({ description: 'the version that answered, MODEL/NUMBER' }),
        compared: Type.Integer(),
        figures: ShadowFigures,
      }),
      { description: 'its figures by the version that answered' },
    ),
  },
  { $id: 'ShadowRecord' },
);
export type ShadowRecord = Static<typeof ShadowRecord>;

/** The shadow of a model and how it did; both null where the model has none. */
export const ShadowStatus = Type.Object({
  shadow: Type.Union([Shadow, Type.Null()]),
  record: Type.Union([ShadowRecord, Type.Null()]),
});
export type ShadowStatus = Static<typeof ShadowStatus>;
