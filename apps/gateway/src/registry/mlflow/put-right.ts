import { setTimeout as pause } from 'node:timers/promises';
import { HandedOver } from '../../jobs/handed-over.ts';
import type { JobContext } from '../../jobs/process.ts';
import { isUnavailable } from './transport.ts';

/** Seconds between the tries: longer than a disk is full for a moment, shorter than anybody minds who waits for an error. */
const usualPauses: readonly number[] = [0.5, 1, 2, 4, 8];

/**
 * Puts right what MLflow holds of a job that is over: a version that never came to be, a run that nobody will end, what a
 * trial logged. What made a job fail, a full disk for one, often hinders this too, so it is tried again for a while; what is
 * left after that is told in the job's log, and found by `cairn doctor`. An MLflow that does not answer at all is not waited
 * for, and a job that only its gateway leaves is not held up: it goes on with what is there.
 * @param what names it in the log.
 * @param work may be done twice; throws where it is to be tried again.
 */
export async function putRight(
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
      const seconds = isUnavailable(error) || signal.reason instanceof HandedOver ? undefined : pauses[attempt];
      if (seconds === undefined) {
        log(`What MLflow holds of ${what} could not be put right; "cairn doctor --repair" does it: ${String(error)}`);
        return;
      }
      await pause(seconds * 1000);
    }
  }
}
