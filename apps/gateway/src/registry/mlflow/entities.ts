import type { RunStatus } from '@cairn/contracts';

/** A tag, a parameter or a logged value, as MLflow's protocol writes them. */
export interface MlflowPair {
  key: string;
  value: string;
}

/** A metric at a step; `timestamp` in milliseconds since 1970. */
export interface MlflowMetric {
  key: string;
  value: number;
  timestamp: number;
  step: number;
}

/** A run, with its tags, parameters and last metrics by name. */
export interface MlflowRun {
  runId: string;
  experimentId: string;
  status: RunStatus;
  /** Milliseconds since 1970. */
  startTime: number;
  /** Milliseconds since 1970; null while it runs. */
  endTime: number | null;
  /** As `mlflow-artifacts:/1/RUN/artifacts`. */
  artifactUri: string;
  tags: Record<string, string>;
  parameters: Record<string, string>;
  metrics: Record<string, number>;
}

/** A file or folder among a run's artifacts; `size` in bytes, 0 for a folder. */
export interface MlflowArtifact {
  path: string;
  folder: boolean;
  size: number;
}

/** A registered model: its aliases name one version each. */
export interface MlflowRegisteredModel {
  name: string;
  aliases: Record<string, number>;
  tags: Record<string, string>;
}

/** A version of a registered model. */
export interface MlflowModelVersion {
  version: number;
  runId: string;
  source: string;
  tags: Record<string, string>;
}

/**
 * A dataset as a run's input. Within an experiment MLflow takes those of one name and digest for the same, and keeps what was
 * told of the first.
 */
export interface MlflowDataset {
  name: string;
  /** Whole digest; MLflow keeps its first 36 characters, so the whole goes into a tag beside it. */
  digest: string;
  /** Where it is from, in words or as an address. */
  source: string;
  /** What the run does with it; left out: it trains. */
  context?: 'training' | 'evaluation';
  /** What is known of its content. */
  profile?: Record<string, unknown>;
}

/** A run as the protocol writes it. */
export interface RunAnswer {
  info: {
    run_id: string;
    experiment_id: string;
    status: RunStatus;
    artifact_uri: string;
    start_time?: number | string;
    end_time?: number | string;
  };
  data: { tags?: MlflowPair[]; params?: MlflowPair[]; metrics?: { key: string; value: number }[] };
}

/** A registered model as the protocol writes it. */
export interface RegisteredModelAnswer {
  name: string;
  aliases?: { alias: string; version: string }[];
  tags?: MlflowPair[];
}

/** A model version as the protocol writes it. */
export interface ModelVersionAnswer {
  version: string;
  run_id?: string;
  source: string;
  tags?: MlflowPair[];
}

/** Tags or parameters by name. */
export function byKey(pairs: readonly MlflowPair[] | undefined): Record<string, string> {
  return Object.fromEntries((pairs ?? []).map(({ key, value }) => [key, value]));
}

/** Tags or parameters as a list, sorted by name. */
export function asPairs(values: Record<string, string>): MlflowPair[] {
  return Object.keys(values)
    .sort()
    .map((key) => ({ key, value: values[key]! }));
}

export function toRun({ info, data }: RunAnswer): MlflowRun {
  return {
    runId: info.run_id,
    experimentId: info.experiment_id,
    status: info.status,
    startTime: Number(info.start_time ?? 0),
    endTime: Number(info.end_time ?? 0) || null,
    artifactUri: info.artifact_uri,
    tags: byKey(data.tags),
    parameters: byKey(data.params),
    metrics: Object.fromEntries((data.metrics ?? []).map(({ key, value }) => [key, value])),
  };
}

export function toRegisteredModel(answer: RegisteredModelAnswer): MlflowRegisteredModel {
  return {
    name: answer.name,
    aliases: Object.fromEntries((answer.aliases ?? []).map(({ alias, version }) => [alias, Number(version)])),
    tags: byKey(answer.tags),
  };
}

export function toModelVersion(answer: ModelVersionAnswer): MlflowModelVersion {
  return {
    version: Number(answer.version),
    runId: answer.run_id ?? '',
    source: answer.source,
    tags: byKey(answer.tags),
  };
}
