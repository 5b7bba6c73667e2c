import { CairnError, type Digest } from '@cairn/contracts';
import { Type } from 'typebox';
import type { Queryable } from '../db/database.ts';
import type { Asked } from './request.ts';

/** A row of `cairn.prediction`. */
export interface PredictionRow {
  id: string;
  /** SHA-256 of what was asked: version, imagery, area, parameters. */
  request_digest: Digest;
  model: string;
  version: number;
  imagery: string;
  /** SHA-256 of the GeoJSON in the object store. */
  geojson_digest: Digest;
  features: number;
  area_km2: number;
  seconds: number;
  receipt: Digest;
  actor: string;
  /** What was asked, so that another version can be asked it too; null where the prediction was made before that was kept. */
  asked: Asked | null;
  at: Date;
  /** The revocation that it fell to, in order of all; null where it stands. */
  revocation: number | null;
}

/** A prediction before it is written. */
export type NewPrediction = Omit<PredictionRow, 'at' | 'revocation'>;

/** The id of a prediction, in a route. */
export const PredictionId = Type.String({ pattern: '^[0-9a-f]{20}$' });

/**
 * A prediction.
 * @throws CairnError `not-found`
 */
export async function demandPrediction(queryable: Queryable, id: string): Promise<PredictionRow> {
  const [found] = await queryable.query<PredictionRow>('select * from cairn.prediction where id = $1', [id]);
  if (found !== undefined) return found;
  throw new CairnError('not-found', `There is no prediction ${id}.`, {
    where: id,
    action: 'GET /predictions lists those there are.',
  });
}

/** The prediction that answered a request before, or null. */
export async function predictionOf(queryable: Queryable, request: Digest): Promise<PredictionRow | null> {
  const [row] = await queryable.query<PredictionRow>('select * from cairn.prediction where request_digest = $1', [
    request,
  ]);
  return row ?? null;
}

/** Writes a prediction's row. */
export async function insertPrediction(tx: Queryable, row: NewPrediction): Promise<void> {
  await tx.query(
    `insert into cairn.prediction
       (id, request_digest, model, version, imagery, geojson_digest, features, area_km2, seconds, receipt, actor,
        asked)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      row.id,
      row.request_digest,
      row.model,
      row.version,
      row.imagery,
      row.geojson_digest,
      row.features,
      row.area_km2,
      row.seconds,
      row.receipt,
      row.actor,
      row.asked,
    ],
  );
}
