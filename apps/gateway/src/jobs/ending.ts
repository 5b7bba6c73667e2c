import { CairnError } from '@cairn/contracts';
import type { FastifyBaseLogger } from 'fastify';
import { toCairnError } from '../errors.ts';
import type { JobLog } from './job-log.ts';
import type { Ending } from './job-store.ts';
import type { Job } from './job.ts';

// A job that has ended so many gateways is taken for the reason of it.
const attemptLimit = 100;

/** Runs the process of a job once and answers how that ended. What an unexpected error says goes to the logs only. */
export async function endingOf(
  job: Job,
  log: JobLog,
  logger: Pick<FastifyBaseLogger, 'error'>,
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
    return { status: 'failed', problem: toCairnError(error).problem(`/jobs/${job.id}`) };
  }
}
