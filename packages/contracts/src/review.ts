import { Type, type Static } from 'typebox';

/** What somebody who looked at a building says: it is one; it is none; it is one, whose outline they drew anew. */
export const Verdict = Type.Union([Type.Literal('accepted'), Type.Literal('rejected'), Type.Literal('fixed')]);
export type Verdict = Static<typeof Verdict>;

const Outline = Type.Object(
  {
    type: Type.Literal('Polygon'),
    coordinates: Type.Array(
      Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), { minItems: 4, maxItems: 10_000 }),
      { minItems: 1, maxItems: 100 },
    ),
  },
  { additionalProperties: false, description: 'GeoJSON in EPSG:4326' },
);

/** Saying what a building of a prediction is; `geometry` is the outline as it should be, where it is `fixed`. */
export const ReviewChange = Type.Object(
  { verdict: Verdict, geometry: Type.Optional(Outline) },
  { additionalProperties: false, $id: 'ReviewChange' },
);
export type ReviewChange = Static<typeof ReviewChange>;

/** What was said of a building, by whom and when. */
export const Review = Type.Object(
  {
    feature: Type.String({ description: 'its id in the prediction' }),
    verdict: Verdict,
    geometry: Type.Optional(Outline),
    actor: Type.String(),
    at: Type.String({ format: 'date-time' }),
  },
  { $id: 'Review' },
);
export type Review = Static<typeof Review>;

const Share = Type.Object({ share: Type.Number(), low: Type.Number(), high: Type.Number() });

/** What the reviews of a prediction add up to. */
export const ReviewFigures = Type.Object(
  {
    accepted: Type.Integer(),
    rejected: Type.Integer(),
    fixed: Type.Integer(),
    precision: Type.Union([Share, Type.Null()], {
      description:
        'share of those reviewed that are buildings, accepted or fixed, with the ends of its 95 % Wilson interval; null where none was reviewed',
    }),
  },
  { $id: 'ReviewFigures' },
);
export type ReviewFigures = Static<typeof ReviewFigures>;

/** The reviews of a prediction, by feature, and what they add up to. */
export const ReviewList = Type.Object({ reviews: Type.Array(Review), figures: ReviewFigures });
export type ReviewList = Static<typeof ReviewList>;

/** What reviews add up to. */
export function reviewFigures(verdicts: Iterable<Verdict>): ReviewFigures {
  const counts = { accepted: 0, rejected: 0, fixed: 0 };
  for (const verdict of verdicts) counts[verdict] += 1;
  const right = counts.accepted + counts.fixed;
  return { ...counts, precision: wilson(right, right + counts.rejected) };
}

/** The quantile of the normal distribution that leaves 2.5 % above it. */
const z = 1.959_963_984_540_054;

/**
 * A share with the score interval of Wilson (1927) at 95 %, which holds for few cases too, and for shares near 0 and 1.
 * Null where there is no case.
 */
export function wilson(successes: number, cases: number): { share: number; low: number; high: number } | null {
  if (cases === 0) return null;
  const share = successes / cases;
  const middle = share + (z * z) / (2 * cases);
  const reach = z * Math.sqrt((share * (1 - share)) / cases + (z * z) / (4 * cases * cases));
  const whole = 1 + (z * z) / cases;
  // At the ends the interval begins at 0, or ends at 1: rounding must not go beyond.
  const low = successes === 0 ? 0 : (middle - reach) / whole;
  const high = successes === cases ? 1 : (middle + reach) / whole;
  return { share, low, high };
}
