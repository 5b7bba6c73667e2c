import { CairnError, Digest } from '@cairn/contracts';
import { Type, type Static } from 'typebox';
import Value from 'typebox/value';
import type { Dataset } from '../data/dataset-item.ts';
import type { MlflowClient } from '../registry/mlflow/client.ts';
import type { MlflowRun } from '../registry/mlflow/entities.ts';
import { type VersionRow, versionId } from '../registry/version-row.ts';

/** What a package's `evaluate` leaves of a version, as far as it is read here. Members beyond these are kept and not read. */
const Evaluation = Type.Object({
  weights: Type.Object({ digest: Digest }),
  dataset: Type.Object({ digest: Digest }),
  metrics: Type.Record(Type.String({ pattern: '^test_[A-Za-z0-9_]{1,100}$' }), Type.Number(), {
    minProperties: 1,
    maxProperties: 100,
    additionalProperties: false,
  }),
});

/** The name of the file, among the artifacts of the run. */
export const evaluationFile = 'evaluation.json';

/**
 * Reads the figures that an evaluation left in its run.
 * @throws CairnError `evaluation-failed` where there are none, or they are those of other weights or other data.
 */
export async function readEvaluated(
  mlflow: MlflowClient,
  run: MlflowRun,
  version: VersionRow,
  dataset: Dataset,
): Promise<Record<string, number>> {
  const bytes = await mlflow.downloadArtifact(run, evaluationFile);
  if (bytes === null) {
    throw refused(`The run left no ${evaluationFile} among its artifacts.`);
  }
  const { weights, dataset: data, metrics } = parse(bytes);
  if (weights.digest !== version.weights_digest) {
    throw refused(`${evaluationFile} tells of other weights (${weights.digest}) than those of ${versionId(version)}.`);
  }
  if (data.digest !== dataset.digest) {
    throw refused(`${evaluationFile} tells of other data (${data.digest}) than the steps were given.`);
  }
  return metrics;
}

function parse(bytes: Uint8Array): Static<typeof Evaluation> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw refused(`${evaluationFile} is not JSON.`, cause);
  }
  if (Value.Check(Evaluation, value)) return value;
  const [error] = Value.Errors(Evaluation, value);
  throw refused(`In ${evaluationFile}, ${error?.instancePath ?? 'it'} ${error?.message ?? 'does not fit'}.`);
}

function refused(problem: string, cause?: unknown): CairnError {
  return new CairnError('evaluation-failed', problem, {
    where: evaluationFile,
    action:
      'Let the entry point evaluate of the package take a folder with model/ and record.json, and log what it measures as models/building-detector does.',
    ...(cause === undefined ? {} : { cause }),
  });
}
