import type { BlueprintPartId, JobStep, ProcessId, StatusInfo } from '@cairn/contracts';

/** A step of a workflow as it is drawn: the steps of jobs that it stands for, and the parts that are at work in it. */
export interface DrawnStep {
  key: 'check' | 'image' | 'try' | 'import' | 'publish' | 'bring' | 'preprocess' | 'train' | 'evaluate' | 'keep' | Last;
  /** Names of steps as the gateway tells them; none for what people do. */
  names: readonly string[];
  parts: readonly BlueprintPartId[];
}
type Last = 'approve' | 'ask' | 'find' | 'sign';

/** A workflow as it is drawn. */
export interface Workflow {
  process: Extract<ProcessId, 'register-model' | 'train-model' | 'predict'>;
  steps: readonly DrawnStep[];
}

const fetching = ['Fetch the data by dvc get', 'Check chips and labels', 'Pin the dataset with DVC'];
const trial = ['preprocess', 'train', 'evaluate', 'inference', 'postprocess'];

/** The three workflows, their steps in order. */
export const workflows: readonly Workflow[] = [
  {
    process: 'register-model',
    steps: [
      { key: 'check', names: ['Check the package'], parts: ['gateway'] },
      { key: 'image', names: ['Build and push the image'], parts: ['gateway'] },
      { key: 'try', names: trial, parts: ['gateway', 'mlflow'] },
      { key: 'import', names: ['Bring its versions to MLflow'], parts: ['mlflow', 'minio'] },
      { key: 'publish', names: ['Write it to the catalogue'], parts: ['catalog', 'postgresql'] },
    ],
  },
  {
    process: 'train-model',
    steps: [
      { key: 'bring', names: ['Bring package and data', ...fetching], parts: ['catalog', 'dvc', 'minio'] },
      { key: 'preprocess', names: ['preprocess'], parts: ['argo', 'kubernetes'] },
      { key: 'train', names: ['train'], parts: ['argo', 'kubernetes', 'mlflow'] },
      { key: 'evaluate', names: ['evaluate'], parts: ['argo', 'kubernetes', 'mlflow'] },
      { key: 'keep', names: ['Register the version'], parts: ['mlflow', 'catalog', 'postgresql'] },
      { key: 'approve', names: [], parts: [] },
    ],
  },
  {
    process: 'predict',
    steps: [
      { key: 'ask', names: ['Look at the request'], parts: ['gateway', 'catalog', 'postgresql'] },
      { key: 'find', names: ['Find buildings'], parts: ['gateway', 'seldon', 'kubernetes'] },
      { key: 'sign', names: ['Sign the receipt'], parts: ['gateway', 'catalog', 'minio', 'postgresql'] },
    ],
  },
];

/** The job of a workflow that is shown: one that runs, else one that waits, else the last that has ended. */
export function shownJob(jobs: readonly StatusInfo[], process: string): StatusInfo | undefined {
  const own = jobs.filter(({ processID }) => processID === process);
  return own.find(({ status }) => status === 'running') ?? own.find(({ status }) => status === 'accepted') ?? own[0];
}

/** How a drawn step is in a job; undefined where the job has not come to it, or does without it. */
export function stateOf(step: DrawnStep, job: StatusInfo | undefined): JobStep['status'] | undefined {
  return job?.steps.findLast(({ name }) => step.names.includes(name))?.status;
}

/** The parts that are at work in the jobs that run. */
export function partsAtWork(jobs: readonly StatusInfo[]): Set<BlueprintPartId> {
  const running = jobs.filter(({ status }) => status === 'running');
  return new Set(
    workflows.flatMap(({ process, steps }) =>
      running
        .filter(({ processID }) => processID === process)
        .flatMap((job) => steps.filter((step) => stateOf(step, job) === 'running').flatMap(({ parts }) => parts)),
    ),
  );
}
