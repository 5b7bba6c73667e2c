import { CairnError, errorCodes } from '@cairn/contracts';
import type { FastifyBaseLogger } from 'fastify';
import { toCairnError } from '../errors.ts';
import { isFull } from '../storage/space.ts';
import type { JobLog } from './job-log.ts';
import type { Ending } from './job-store.ts';
import type { Job } from './job.ts';

// A job that has ended so many gateways is taken for the reason of it.
const attemptLimit = 100;

/**
 * Runs the process of a job once and answers how that ended. What an unexpected error says goes to the logs only.
 * @param folder on the disk that the jobs write to.
 */
export async function endingOf(
  job: Job,
  log: JobLog,
  logger: Pick<FastifyBaseLogger, 'error'>,
  folder: string,
  run: () => Promise<Record<string, unknown>>,
): Promise<Exclude<Ending, { status: 'dismissed' }>> {
  try {
    if (job.attempt > attemptLimit) {
      throw new CairnError('internal', `The job was started ${attemptLimit} times and never came to its end.`);
    }
    return { status: 'successful', result: await run() };
  } catch (error) {
    if (!(error instanceof CairnError)) {
      logger.error(error, `The job ${job.id} (${job.process}) failed`);
      log.add(error instanceof Error ? (error.stack ?? error.message) : String(error));
    } else if (error.cause instanceof Error) {
      log.add(error.cause.stack ?? error.cause.message);
    }
    const told = await withItsReason(toCairnError(error), folder);
    return { status: 'failed', problem: told.problem(`/jobs/${job.id}`) };
  }
}

/**
 * DVC, MLflow and a package's steps each have words of their own for a full disk; the reader needs to know just that. There
 * may be space again by now: then their words tell.
 */
async function withItsReason(error: CairnError, folder: string): Promise<CairnError> {
  if (errorCodes[error.code].status < 500 || error.code === 'disk-full') return error;
  if (!tellsOfFullDisk(error) && !(await isFull(folder))) return error;
  return new CairnError('disk-full', `The disk is full, so this did not end well: ${error.message}`, {
    where: folder,
    action: 'Free some space, or move the state folder with CAIRN_HOME, and try again; what was acknowledged is kept.',
    cause: error,
  });
}

// As the system, Python and SQLite write it.
const fullDisk = /No space left on device|ENOSPC|EDQUOT|Disk quota exceeded|disk is full/i;

function tellsOfFullDisk(error: unknown): boolean {
  return error instanceof Error && (fullDisk.test(error.message) || tellsOfFullDisk(error.cause));
}
