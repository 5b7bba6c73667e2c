import { posix } from 'node:path';
import type { Plan, PlanStep } from '../../plan.ts';
import { jobFolder, type SecretKey } from './container.ts';

/** The S3 store through which a workflow's steps hand on what they leave. */
export interface ArtifactStore {
  /** Host and port, as `minio.minio.svc:9000`. */
  endpoint: string;
  /** Whether it is reached without TLS. */
  insecure: boolean;
  region: string;
  bucket: string;
  /** Before each key, without a slash at its ends. */
  prefix: string;
  accessKey: SecretKey;
  secretKey: SecretKey;
}

/** What a plan's steps take and leave, as Argo's artifacts. A path of the job's folder is one archive in the store. */
export interface PlanArtifacts {
  /** What a step is given: by an earlier step, or laid into the store by whoever submits the workflow. */
  given(step: PlanStep): unknown[];
  /** Where it finds that. */
  inputs(step: PlanStep): unknown[];
  /** What it leaves, and where it goes. */
  outputs(step: PlanStep): unknown[];
}

/** What the keys of a job's artifacts begin with. */
export function artifactPrefix(job: string, { prefix }: ArtifactStore): string {
  return `${prefix}/${job}/`;
}

/** The key of a path of the job's folder. */
export function artifactKey(job: string, path: string, store: ArtifactStore): string {
  return `${artifactPrefix(job, store)}${path}.tgz`;
}

/** The artifacts of a plan, below `PREFIX/JOB/` in the store. */
export function artifactsOf(plan: Plan, job: string, store: ArtifactStore): PlanArtifacts {
  const s3 = (path: string): unknown => ({
    endpoint: store.endpoint,
    insecure: store.insecure,
    region: store.region,
    bucket: store.bucket,
    key: artifactKey(job, path, store),
    accessKeySecret: store.accessKey,
    secretKeySecret: store.secretKey,
  });
  const maker = new Map(plan.steps.flatMap((step) => step.outputs.map((path) => [path, step.name] as const)));
  return {
    given: ({ inputs }) =>
      inputs.map((path) => {
        const from = maker.get(path);
        const name = nameOf(path);
        return from === undefined
          ? { name, s3: s3(path) }
          : { name, from: `{{steps.${from}.outputs.artifacts.${name}}}` };
      }),
    inputs: ({ inputs }) => inputs.map((path) => ({ name: nameOf(path), path: posix.join(jobFolder, path) })),
    outputs: ({ outputs }) =>
      outputs.map((path) => ({ name: nameOf(path), path: posix.join(jobFolder, path), s3: s3(path) })),
  };
}

/** Argo's names hold letters, digits, - and _. */
function nameOf(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9_-]/g, '-');
}
