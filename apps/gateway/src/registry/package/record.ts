import { CairnError, Digest } from '@cairn/contracts';
import { Type, type Static } from 'typebox';
import Value from 'typebox/value';

const longitude = Type.Number({ minimum: -180, maximum: 180 });
const latitude = Type.Number({ minimum: -90, maximum: 90 });
const text = Type.String({ minLength: 1, maxLength: 1000 });

/**
 * The record of the run that made a shipped version (`versions/NAME/run.json`): what its makers tell of it. Members beyond
 * these are kept and not read.
 */
export const RunRecord = Type.Object({
  name: text,
  title: text,
  data: Type.Object({
    kind: Type.Union([Type.Literal('generated'), Type.Literal('real')]),
    title: text,
    licence: text,
    attribution: Type.String({ maxLength: 1000 }),
  }),
  commit: Type.Union([Type.String({ pattern: '^[0-9a-f]{40}$' }), Type.Null()]),
  package_digest: Digest,
  dataset: Type.Object({
    digest: Digest,
    extent: Type.Tuple([longitude, latitude, longitude, latitude], { description: 'EPSG:4326' }),
    chips: Type.Integer({ minimum: 0 }),
    buildings: Type.Integer({ minimum: 0 }),
  }),
  parameters: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean()])),
  environment: Type.Object({ python: text, lock_digest: Digest, platform: text }),
  threads: Type.Integer({ minimum: 1 }),
  cpu: Type.Object({ class: text, cap: Type.String() }),
  seed: Type.Integer(),
  metrics: Type.Record(Type.String(), Type.Number()),
  threshold: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
  gsd: Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: 'metres a pixel' }),
  stride: Type.Integer({ minimum: 1, maximum: 1024 }),
  halo: Type.Integer({ minimum: 0, maximum: 4096 }),
  seconds: Type.Number({ minimum: 0 }),
  mlflow_run_id: text,
  weights: Type.Object({ digest: Digest, size: Type.Integer({ minimum: 1 }) }),
});
export type RunRecord = Static<typeof RunRecord>;

/**
 * Checks that a value is a run's record.
 * @throws CairnError `package-invalid` with the member that does not fit; `file` is the record's path in the package.
 */
export function checkRecord(value: unknown, file: string): RunRecord {
  if (Value.Check(RunRecord, value)) {
    const [west, south, east, north] = value.dataset.extent;
    if (west < east && south < north) return value;
    throw refused(file, '/dataset/extent', 'is not west, south, east, north');
  }
  const [first] = Value.Errors(RunRecord, value);
  throw refused(file, first?.instancePath ?? '', first?.message ?? 'does not fit');
}

function refused(file: string, pointer: string, problem: string): CairnError {
  return new CairnError('package-invalid', `In ${file}, ${pointer === '' ? 'the record' : pointer} ${problem}.`, {
    where: `${file}#${pointer}`,
    action: 'A shipped version comes with the record that its run wrote, unchanged: make the version again.',
  });
}
