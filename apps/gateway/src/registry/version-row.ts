import type { Digest, Stage, VersionInfo } from '@cairn/contracts';
import type { NetworkOutput } from './network-output.ts';
import type { VersionFiles } from './version-files.ts';

/** A row of `cairn.version`: what a prediction has to know of a version, without asking MLflow. */
export interface VersionRow {
  model: string;
  /** MLflow's number of the model version. */
  version: number;
  name: string;
  title: string;
  stage: Stage;
  /** The account that registered or trained it. */
  author: string;
  weights_digest: Digest;
  package_digest: Digest;
  /** Digest of the lock file, or of the image, of the environment that trained it. */
  environment_digest: Digest;
  /** Git commit of the registered package; null where none was witnessed. */
  commit: string | null;
  /** The run in this installation's MLflow. */
  run_id: string;
  dataset_digest: Digest;
  /** Id of the dataset in the catalogue; null where the data were never here. */
  dataset: string | null;
  known: 'witnessed' | 'imported';
  data: 'generated' | 'real';
  /** Metres a pixel on the ground, that the network was trained at. */
  gsd: number;
  /** Inputs' height and width are multiples of it, in pixels. */
  stride: number;
  /** How far a pixel's answer depends on its surroundings, in pixels. */
  halo: number;
  /** Least probability of a pixel that is taken as building. */
  threshold: number;
  /** What the network answers. */
  output: NetworkOutput;
  metrics: Record<string, number>;
  /** Extent of the training data: west, south, east, north in EPSG:4326. */
  bbox: [number, number, number, number];
  /** The record of the run, whole. */
  record: Record<string, unknown>;
  /** Its card and its pictures. */
  files: VersionFiles;
  /** Digest of the receipt of its training or import. */
  receipt: Digest;
  /** MLflow aliases that name it: production, canary, shadow. */
  aliases: string[];
  /** What the newest reproduction of its run said; null where none was tried. */
  reproduced: VersionInfo['reproduced'];
  created: Date;
}

/** A version as its maker proposes it: stage, author, aliases and time are given to it. */
export type NewVersion = Omit<VersionRow, 'stage' | 'author' | 'aliases' | 'reproduced' | 'created'>;

/** Columns of {@link NewVersion} in the order in which they are written. */
export const proposedColumns = [
  'model',
  'version',
  'name',
  'title',
  'weights_digest',
  'package_digest',
  'environment_digest',
  'commit',
  'run_id',
  'dataset_digest',
  'dataset',
  'known',
  'data',
  'gsd',
  'stride',
  'halo',
  'threshold',
  'output',
  'metrics',
  'bbox',
  'record',
  'files',
  'receipt',
] as const satisfies (keyof NewVersion)[];

/** `MODEL/NUMBER`, the one spelling of a version in the API, in events and in receipts. */
export function versionId({ model, version }: Pick<VersionRow, 'model' | 'version'>): string {
  return `${model}/${version}`;
}

/** What events and receipts about a version name as their subject. */
export function versionSubject(row: Pick<VersionRow, 'model' | 'version'>): string {
  return `version:${versionId(row)}`;
}

/** A version as the API lists it. */
export function toVersionInfo(row: VersionRow): VersionInfo {
  return {
    id: versionId(row),
    model: row.model,
    version: row.version,
    name: row.name,
    title: row.title,
    stage: row.stage,
    author: row.author,
    weightsDigest: row.weights_digest,
    packageDigest: row.package_digest,
    runId: row.run_id,
    datasetDigest: row.dataset_digest,
    known: row.known,
    data: row.data,
    gsd: row.gsd,
    metrics: row.metrics,
    bbox: row.bbox,
    aliases: row.aliases,
    reproduced: row.reproduced,
  };
}
