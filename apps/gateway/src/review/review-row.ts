import type { Review, ReviewChange, Verdict } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';

/** A row of `cairn.review`. */
export interface ReviewRow {
  prediction: string;
  feature: string;
  verdict: Verdict;
  /** Of what was fixed. */
  geometry: NonNullable<ReviewChange['geometry']> | null;
  actor: string;
  at: Date;
}

/** The reviews of a prediction, by feature. */
export function reviewsOf(queryable: Queryable, prediction: string): Promise<ReviewRow[]> {
  return queryable.query<ReviewRow>('select * from cairn.review where prediction = $1 order by feature', [prediction]);
}

/** Writes what was said last of a feature. */
export async function placeReview(tx: Queryable, row: Omit<ReviewRow, 'at'>): Promise<ReviewRow> {
  const [placed] = await tx.query<ReviewRow>(
    `insert into cairn.review (prediction, feature, verdict, geometry, actor) values ($1, $2, $3, $4, $5)
     on conflict (prediction, feature) do update
       set verdict = excluded.verdict, geometry = excluded.geometry, actor = excluded.actor, at = clock_timestamp()
     returning *`,
    [row.prediction, row.feature, row.verdict, row.geometry, row.actor],
  );
  return placed!;
}

/** A review as the API tells it. */
export function toReview({ feature, verdict, geometry, actor, at }: ReviewRow): Review {
  return { feature, verdict, ...(geometry === null ? {} : { geometry }), actor, at: at.toISOString() };
}
