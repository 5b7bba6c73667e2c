import type { Digest } from '@cairn/contracts';
import type { ObjectStore } from '../storage/objects.ts';
import { calibrationFile } from './calibration.ts';
import type { MlflowClient } from './mlflow/client.ts';
import type { MlflowRun } from './mlflow/entities.ts';
import type { ShippedVersion } from './package/shipped.ts';

/** Files that the run of a version left for people, and its calibration, by their path: bytes in the object store. */
export type VersionFiles = Record<string, { digest: Digest; size: number }>;

/** The card of a version, in Markdown. */
export const cardFile = 'card.md';

const pictureTypes: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
]);
/** What a run leaves beyond these limits stays in MLflow alone. */
const most = { pictures: 24, bytes: 20 * 1024 * 1024 };

/**
 * The media type of a file that is kept: of the card, of the calibration, or of a picture in a form that a browser shows without running anything in
 * it. Undefined for every other file.
 */
export function mediaTypeOf(path: string): string | undefined {
  if (path === cardFile) return 'text/markdown; charset=utf-8';
  if (path === calibrationFile) return 'application/json';
  const extension = /^[^/]+\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase();
  return extension === undefined ? undefined : pictureTypes.get(extension);
}

function isPicture(path: string): boolean {
  return mediaTypeOf(path)?.startsWith('image/') === true;
}

/** The pictures of a version, by name. */
export function picturesOf(files: VersionFiles): string[] {
  return Object.keys(files).filter(isPicture).sort();
}

/** The files for people of a version that came with its package. */
export async function shippedFiles({ files }: ShippedVersion, objects: ObjectStore): Promise<VersionFiles> {
  const found = files.map(async ({ path, digest }) => ({ path, digest, size: await objects.size(digest) }));
  return kept(await Promise.all(found));
}

/** Takes the files for people from the artifacts of a run into the object store. @throws CairnError `mlflow-unavailable`. */
export async function keepRunFiles(mlflow: MlflowClient, run: MlflowRun, objects: ObjectStore): Promise<VersionFiles> {
  const wanted = kept((await mlflow.listArtifacts(run)).map(({ path, size }) => ({ path, size, digest: '' })));
  const files: VersionFiles = {};
  for (const path of Object.keys(wanted)) {
    const bytes = await mlflow.downloadArtifact(run, path);
    if (bytes !== null) files[path] = await objects.put(bytes);
  }
  return files;
}

function kept(files: readonly { path: string; digest: Digest; size: number }[]): VersionFiles {
  const small = files.filter(({ size }) => size <= most.bytes).sort((a, b) => (a.path < b.path ? -1 : 1));
  const first = small.filter(({ path }) => path === cardFile || path === calibrationFile);
  const pictures = small.filter(({ path }) => isPicture(path));
  return Object.fromEntries(
    [...first, ...pictures.slice(0, most.pictures)].map(({ path, digest, size }) => [path, { digest, size }]),
  );
}
