import { posix } from 'node:path';
import type { PlanStep } from '../../plan.ts';

/** A key of a Secret of the workflow's namespace. */
export interface SecretKey {
  name: string;
  key: string;
}

/** What each step's pod may use, as Kubernetes writes quantities. */
export interface StepResources {
  cpu: string;
  memory: string;
  /** Of the job's folder. */
  storage: string;
}

/** The run of a plan on a cluster. */
export interface WorkflowRun {
  /** Id of the job. */
  job: string;
  /** Where the steps log to, as which run, and the Secret with their token. */
  tracking: { uri: string; experimentId: string; runId: string; token: SecretKey };
  /** Added to what the steps see of the environment. */
  environment: Readonly<Record<string, string>>;
  /** How often the first of its steps was tried before this workflow. */
  tried: number;
}

/** The job's folder in a step's pod. */
export const jobFolder = '/job';
const scratch = '/tmp';
// The user of the package's Dockerfile. Named, since Kubernetes cannot see whether a named user is root.
const user = 10001;

/** What the profile "restricted" of Kubernetes' pod security asks of a pod. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  seccompProfile: { type: 'RuntimeDefault' },
};

const noRights = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** The same for the containers that Argo adds: `init` brings what a step is given, `wait` hands on what it leaves. */
export const argoSecurity = JSON.stringify({
  initContainers: [{ name: 'init', securityContext: noRights }],
  containers: [{ name: 'wait', securityContext: noRights }],
});

/** The only folders that a step can write to. */
export function workspace({ storage }: StepResources): unknown[] {
  return ['job', 'tmp'].map((name) => ({ name, emptyDir: { sizeLimit: storage } }));
}

/** The container of a step: `mlflow run` on the package, which is the image's working folder and holds its environment. */
export function container(step: PlanStep, image: string, run: WorkflowRun, { cpu, memory }: StepResources): unknown {
  const { tracking } = run;
  const parameters = Object.entries(step.parameters).flatMap(([name, value]) => [
    '-P',
    `${name}=${typeof value === 'object' ? posix.join(jobFolder, value.path) : value}`,
  ]);
  return {
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['mlflow', 'run', '.'],
    args: [
      ...['--entry-point', step.entryPoint, '--env-manager', 'local'],
      ...['--experiment-id', tracking.experimentId, '--run-id', tracking.runId],
      ...parameters,
    ],
    env: [
      ...Object.keys(run.environment)
        .sort()
        .map((name) => ({ name, value: run.environment[name] })),
      { name: 'HOME', value: scratch },
      { name: 'TMPDIR', value: scratch },
      { name: 'PYTHONUNBUFFERED', value: '1' },
      { name: 'MLFLOW_DISABLE_TELEMETRY', value: 'true' },
      { name: 'ORT_DISABLE_TELEMETRY', value: '1' },
      { name: 'MLFLOW_TRACKING_URI', value: tracking.uri },
      { name: 'MLFLOW_TRACKING_TOKEN', valueFrom: { secretKeyRef: tracking.token } },
    ],
    resources: { requests: { cpu, memory }, limits: { cpu, memory } },
    securityContext: { ...noRights, readOnlyRootFilesystem: true },
    volumeMounts: [
      { name: 'job', mountPath: jobFolder },
      { name: 'tmp', mountPath: scratch },
    ],
  };
}
