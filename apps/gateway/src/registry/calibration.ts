import { CairnError, Digest } from '@cairn/contracts';
import { Type, type Static } from 'typebox';
import Value from 'typebox/value';
import type { ObjectStore } from '../storage/objects.ts';
import type { VersionFiles } from './version-files.ts';

/** The name of the file, in a version's folder and among the artifacts of its run. */
export const calibrationFile = 'calibration.json';

const share = Type.Number({ minimum: 0, maximum: 1 });
const limited = Type.Number({ minimum: -1000, maximum: 1000 });

/**
 * How sure a version may say it is of a building (`calibration.json`): Platt's logistic of the mean probability inside its
 * outline, fitted on the validation part of its data. Members beyond these are kept and not read.
 */
export const Calibration = Type.Object({
  method: Type.Literal('platt'),
  slope: Type.Number({ minimum: 0, maximum: 1000 }),
  intercept: limited,
  /** Threshold of the outlines that it was fitted on; of other outlines it says nothing. */
  threshold: share,
  weights: Digest,
  /** Outlines of the validation part, and of the test part, on which the error was measured. */
  fitted_on: Type.Integer({ minimum: 1 }),
  measured_on: Type.Integer({ minimum: 0 }),
  /** Expected calibration error of the mean probability, and of the confidence. */
  error: Type.Object({ before: share, after: share }),
});
export type Calibration = Static<typeof Calibration>;

/**
 * Holds what a run or a package tells to what it must be.
 * @param weights digest of the weights that it has to be about
 * @throws CairnError `calibration-invalid`; `where` is the file's path.
 */
export function checkCalibration(value: unknown, weights: string, where: string): Calibration {
  const [error] = Value.Check(Calibration, value) ? [] : Value.Errors(Calibration, value);
  if (error !== undefined) throw refused(where, `${error.instancePath || 'the file'} ${error.message}`);
  const calibration = value as Calibration;
  if (calibration.weights === weights) return calibration;
  throw refused(where, `it is about the weights ${calibration.weights}, not ${weights}`);
}

/**
 * The calibration of a version, or null where it has none: then confidence is the mean probability.
 * @throws CairnError `calibration-invalid`, `not-found` where its bytes are gone.
 */
export async function calibrationOf(
  version: { files: VersionFiles; weights_digest: string },
  objects: Pick<ObjectStore, 'readAll'>,
): Promise<Calibration | null> {
  const file = version.files[calibrationFile];
  if (file === undefined) return null;
  const text = new TextDecoder().decode(await objects.readAll(file.digest));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused(calibrationFile, 'it is no JSON');
  }
  return checkCalibration(value, version.weights_digest, calibrationFile);
}

/** The errors as figures of the version, beside those of the test part. */
export function calibrationFigures(calibration: Calibration | null): Record<string, number> {
  if (calibration === null) return {};
  const { before, after } = calibration.error;
  return { test_calibration_error: after, test_calibration_error_before: before };
}

function refused(where: string, problem: string): CairnError {
  return new CairnError('calibration-invalid', `The calibration does not hold: ${problem}.`, {
    where,
    action: 'Let evaluate write it, as models/building-detector does, or leave the file out.',
  });
}
