import type { Digest, JobStep } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import type { Hyperparameters } from './hyperparameters.ts';

/** How long a training took here, and what it was asked for. */
export interface PastTraining {
  packageDigest: Digest;
  datasetDigest: Digest;
  settings: Hyperparameters;
  /** Seconds on the wall in the step `train`. */
  learning: number;
  /** Seconds in all other steps, from when package and data are brought. */
  around: number;
  /** CPU seconds of its programs for a second on the wall; null where none was measured. */
  cpuShare: number | null;
}

interface Row {
  package_digest: Digest;
  dataset_digest: Digest;
  settings: Hyperparameters;
  steps: JobStep[];
  wall: number | null;
  cpu: number | null;
}

/** So many of the last trainings count. */
const counted = 50;

/**
 * The last trainings of a model that ran here from their begin to their end, the newest first. One that was interrupted tells
 * no time, and of one that was repeated bit by bit nobody kept the settings.
 */
export async function pastTrainings(queryable: Queryable, model: string): Promise<PastTraining[]> {
  const rows = await queryable.query<Row>(
    `select version.package_digest, version.dataset_digest, version.record->'parameters' as settings, job.steps,
       usage.wall_seconds as wall, usage.cpu_seconds as cpu
     from cairn.job join cairn.version on version.model = $1 and version.run_id = job.result->>'runId'
     left join cairn.usage on usage.job_id = job.id and usage.attempt = job.attempt
     where job.process = 'train-model' and job.status = 'successful' and job.attempt = 1
     order by job.finished desc limit ${counted}`,
    [model],
  );
  return rows.flatMap((row) => {
    const begin = row.steps.findIndex(({ name }) => name === 'Bring package and data');
    const steps = row.steps.slice(Math.max(begin, 0)).map(({ name, ...step }) => ({ name, seconds: secondsOf(step) }));
    const sum = (which: (name: string) => boolean): number =>
      steps.filter(({ name }) => which(name)).reduce((total, { seconds }) => total + seconds, 0);
    if (!steps.some(({ name }) => name === 'train')) return [];
    return [
      {
        packageDigest: row.package_digest,
        datasetDigest: row.dataset_digest,
        settings: row.settings,
        learning: sum((name) => name === 'train'),
        around: sum((name) => name !== 'train'),
        cpuShare: row.wall === null || row.cpu === null || row.wall === 0 ? null : row.cpu / row.wall,
      },
    ];
  });
}

function secondsOf({ started, finished = started }: Omit<JobStep, 'name'>): number {
  return (Date.parse(finished) - Date.parse(started)) / 1000;
}
