import { CairnError, errorCodes, type Problem } from '@cairn/contracts';

/** What ended a job, as problem details: an error of the table as it is, anything else as our own fault. */
export function problemOf(error: unknown, id: string): Problem {
  const instance = `/jobs/${id}`;
  if (error instanceof CairnError) return error.problem(instance);
  if ((error as NodeJS.ErrnoException | null)?.code === 'ENOSPC') {
    const action = 'Free some space, or move the state folder with CAIRN_HOME, and start the job again.';
    return new CairnError('disk-full', `${errorCodes['disk-full'].title}.`, { action }).problem(instance);
  }
  const action = `Look into the log of the job (/jobs/${id}/log) and report it.`;
  return new CairnError('internal', `${errorCodes.internal.title} in this job.`, { action }).problem(instance);
}
