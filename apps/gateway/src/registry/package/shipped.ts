import { CairnError, type Digest, Identifier } from '@cairn/contracts';
import Value from 'typebox/value';
import { calibrationFile, checkCalibration, type Calibration } from '../calibration.ts';
import { type PackageFiles, versionsFolder } from './files.ts';
import { checkRecord, type RunRecord } from './record.ts';

/** Where the weights lie in a version's folder, and in the artifacts of its run. */
export const weightsPath = 'model/model.onnx';

/** A version that came with its package: weights, the record of the run that made them, and what that run left. */
export interface ShippedVersion {
  /** Name of its folder below `versions/`. */
  name: string;
  folder: string;
  record: RunRecord;
  /** How sure it may say it is; null where nothing was fitted. */
  calibration: Calibration | null;
  weights: { digest: Digest; size: number };
  /** Everything in its folder, with paths inside it. */
  files: { path: string; digest: Digest }[];
}

/**
 * Reads the versions that a package ships, and holds each one's weights to its record. They come in the order in which
 * they are registered: those trained on generated data first, for anyone can make them again, then by name.
 * @throws CairnError `package-file-missing`, `package-invalid`, `calibration-invalid`, `weights-digest-mismatch`.
 */
export async function readShippedVersions(files: PackageFiles): Promise<ShippedVersion[]> {
  const names = new Set(files.below(versionsFolder).map(({ path }) => path.split('/')[0]!));
  const versions: ShippedVersion[] = [];
  for (const name of names) versions.push(await readShipped(name, files));
  const byWeights = new Map<Digest, string>();
  for (const { name, weights } of versions) {
    const other = byWeights.get(weights.digest);
    if (other !== undefined) throw refused(name, `has the same weights as ${versionsFolder}/${other}`);
    byWeights.set(weights.digest, name);
  }
  return versions.sort(
    (a, b) =>
      Number(b.record.data.kind === 'generated') - Number(a.record.data.kind === 'generated') ||
      (a.name < b.name ? -1 : 1),
  );
}

async function readShipped(name: string, files: PackageFiles): Promise<ShippedVersion> {
  if (!Value.Check(Identifier, name)) throw refused(name, 'is no folder named in lower-case letters, digits, . _ -');
  const folder = `${versionsFolder}/${name}`;
  const recordFile = `${folder}/run.json`;
  const record = checkRecord(await files.json(recordFile), recordFile);
  // Without MLmodel MLflow holds bytes, not a model.
  files.digestOf(`${folder}/model/MLmodel`);
  const path = `${folder}/${weightsPath}`;
  const weights = { digest: files.digestOf(path), size: await files.size(path) };
  if (weights.digest !== record.weights.digest) {
    throw new CairnError(
      'weights-digest-mismatch',
      `${path} has the digest ${weights.digest}; the record of its run names ${record.weights.digest}.`,
      { where: path, action: 'Restore the weights that the run made, or ship the record of the run that made these.' },
    );
  }
  if (weights.size !== record.weights.size) {
    throw refused(name, `has weights of ${weights.size} bytes; its record says ${record.weights.size}`);
  }
  const told = `${folder}/${calibrationFile}`;
  const calibration = files.has(told) ? checkCalibration(await files.json(told), weights.digest, told) : null;
  return { name, folder, record, calibration, weights, files: files.below(folder) };
}

function refused(name: string, problem: string): CairnError {
  return new CairnError('package-invalid', `${versionsFolder}/${name} ${problem}.`, {
    where: `${versionsFolder}/${name}`,
    action: 'Each folder below versions/ is one version: run.json and model/ as its run wrote them.',
  });
}
