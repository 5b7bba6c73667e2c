import type { Digest, ShadowComparison, ShadowFigures, ShadowRecord } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import { type VersionRow, versionId } from './version-row.ts';

/** Figures of a comparison, or over several, as columns. Areas in m². */
export interface FigureColumns {
  answered_features: number;
  shadow_features: number;
  answered_area_m2: number;
  shadow_area_m2: number;
  matched: number;
  /** Means over what both found; null where that is nothing. */
  mean_iou: number | null;
  answered_confidence: number | null;
  shadow_confidence: number | null;
  confidence_difference: number | null;
}

/** A row of `cairn.comparison`: what a shadow found on what a prediction was asked, beside what was answered. */
export interface ComparisonRow extends FigureColumns {
  /** Id of the prediction that was answered. */
  prediction: string;
  model: string;
  /** The shadow. */
  version: number;
  /** The version of the same model that answered. */
  answered: number;
  seconds: number;
  receipt: Digest;
  at: Date;
}

type Of = Pick<VersionRow, 'model' | 'version'>;

/** What a version found as a shadow on what a prediction was asked, or null. */
export async function comparisonOf(
  queryable: Queryable,
  { model, version }: Of,
  prediction: string,
): Promise<ComparisonRow | null> {
  const [row] = await queryable.query<ComparisonRow>(
    'select * from cairn.comparison where prediction = $1 and model = $2 and version = $3',
    [prediction, model, version],
  );
  return row ?? null;
}

/** What the versions of a model found as shadows, the newest first. */
export async function comparisonsOf(queryable: Queryable, model: string, limit: number): Promise<ComparisonRow[]> {
  return queryable.query<ComparisonRow>(
    'select * from cairn.comparison where model = $1 order by at desc, prediction limit $2',
    [model, limit],
  );
}

/** Keeps a comparison, in the transaction that issues its receipt. */
export async function keepComparison(tx: Queryable, row: Omit<ComparisonRow, 'at'>): Promise<ComparisonRow> {
  const values = columns.map((column) => row[column]);
  const places = columns.map((_, index) => `$${index + 1}`).join(', ');
  const [kept] = await tx.query<ComparisonRow>(
    `insert into cairn.comparison (${columns.join(', ')}) values (${places}) returning *`,
    values,
  );
  return kept!;
}

const columns = [
  'prediction',
  'model',
  'version',
  'answered',
  'answered_features',
  'shadow_features',
  'answered_area_m2',
  'shadow_area_m2',
  'matched',
  'mean_iou',
  'answered_confidence',
  'shadow_confidence',
  'confidence_difference',
  'seconds',
  'receipt',
] as const satisfies (keyof ComparisonRow)[];

/** How a version did as a shadow, over all that it ran; null where it never was one. */
export async function recordOf(queryable: Queryable, { model, version }: Of): Promise<ShadowRecord | null> {
  // Each building that both found counts the same, however many a prediction has.
  const mean = (column: string): string => `sum(${column} * matched) / nullif(sum(matched), 0) as ${column}`;
  const beside = await queryable.query<FigureColumns & { answered: number; compared: number }>(
    `select answered, count(*)::int as compared, sum(answered_features)::int as answered_features,
       sum(shadow_features)::int as shadow_features, sum(answered_area_m2) as answered_area_m2,
       sum(shadow_area_m2) as shadow_area_m2, sum(matched)::int as matched,
       ${['mean_iou', 'answered_confidence', 'shadow_confidence', 'confidence_difference'].map(mean).join(', ')}
     from cairn.comparison where model = $1 and version = $2 group by answered order by answered`,
    [model, version],
  );
  const [runs] = await queryable.query<{ waiting: number; failed: number }>(
    `select count(*) filter (where status in ('accepted', 'running'))::int as waiting,
       count(*) filter (where status = 'failed')::int as failed
     from cairn.job where process = 'shadow-prediction' and inputs->>'version' = $1`,
    [versionId({ model, version })],
  );
  const { waiting = 0, failed = 0 } = runs ?? {};
  const [shadow] = await queryable.query('select 1 from cairn.shadow where model = $1 and version = $2', [
    model,
    version,
  ]);
  if (shadow === undefined && beside.length + waiting + failed === 0) return null;
  return {
    version: versionId({ model, version }),
    compared: beside.reduce((sum, { compared }) => sum + compared, 0),
    waiting,
    failed,
    beside: beside.map((row) => ({
      version: versionId({ model, version: row.answered }),
      compared: row.compared,
      figures: figuresOf(row),
    })),
  };
}

/** A comparison as the API tells it. */
export function toComparison(row: ComparisonRow): ShadowComparison {
  return {
    prediction: row.prediction,
    version: versionId(row),
    answered: versionId({ model: row.model, version: row.answered }),
    figures: figuresOf(row),
    seconds: row.seconds,
    receipt: row.receipt,
    at: row.at.toISOString(),
  };
}

function figuresOf(row: FigureColumns): ShadowFigures {
  const { answered_confidence: answered, shadow_confidence: shadow, confidence_difference: difference } = row;
  return {
    features: { answered: row.answered_features, shadow: row.shadow_features },
    areaM2: { answered: rounded(row.answered_area_m2, 2), shadow: rounded(row.shadow_area_m2, 2) },
    matched: row.matched,
    missing: row.answered_features - row.matched,
    added: row.shadow_features - row.matched,
    meanIou: row.mean_iou === null ? null : rounded(row.mean_iou, 4),
    confidence:
      answered === null || shadow === null || difference === null
        ? null
        : { answered: rounded(answered, 4), shadow: rounded(shadow, 4), difference: rounded(difference, 4) },
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
