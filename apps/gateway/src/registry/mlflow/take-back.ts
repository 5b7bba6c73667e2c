import { setTimeout as pause } from 'node:timers/promises';
import { HandedOver } from '../../jobs/handed-over.ts';
import type { JobContext } from '../../jobs/process.ts';

/** Seconds between the tries: longer than a disk is full for a moment, shorter than anybody minds who waits for an error. */
const usualPauses: readonly number[] = [0.5, 1, 2, 4, 8];

/**
 * Takes back from MLflow what a job that failed has left there. What made the job fail, a full disk for one, often hinders
 * this too, so it is tried again for a while; what is left after that is told in the job's log, and found by `cairn doctor`.
 * A job that only its gateway leaves is not held up: it goes on with what MLflow holds.
 * @param what names it in the log.
 * @param work may be done twice; throws where it is to be tried again.
 */
export async function takeBack(
  what: string,
  work: () => Promise<void>,
  { signal, log }: Pick<JobContext, 'signal' | 'log'>,
  pauses: readonly number[] = usualPauses,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      const seconds = pauses[attempt];
      if (seconds === undefined || signal.reason instanceof HandedOver) {
        log(`What MLflow holds of ${what} could not be taken back and will be used next time: ${String(error)}`);
        return;
      }
      await pause(seconds * 1000);
    }
  }
}
