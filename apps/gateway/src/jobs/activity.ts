import { type Job, statusInfo } from './job.ts';
import { aliveComment, pauseOf, sentEvent, type StreamTiming } from './server-sent.ts';

/** For how long a job that has ended is told with those that run: who watches sees how it ended. */
export const justEndedSeconds = 15;

/** How much less often than one job all are looked at. */
const seldom = 4;

/**
 * All jobs that are going on, as server-sent events named `jobs`: at the beginning, and each time that something of one has
 * changed. Each event tells all of them, so that none has to be told again to whoever missed some.
 * @param base the gateway's address, for the links
 */
export async function* activityStream(
  read: () => Promise<Job[]>,
  base: string,
  timing: StreamTiming,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let told: string | undefined;
  let spoken = Date.now();
  while (!signal.aborted) {
    const jobs = await read();
    const now = JSON.stringify(
      jobs.map(({ id, status, progress, message, steps, cancel }) => [id, status, progress, message, steps, cancel]),
    );
    if (now !== told) {
      yield sentEvent('jobs', JSON.stringify({ jobs: jobs.map((job) => statusInfo(job, base)) }));
      spoken = Date.now();
    } else if (Date.now() - spoken >= timing.keepAlive) {
      yield aliveComment;
      spoken = Date.now();
    }
    told = now;
    await pauseOf(timing.every * seldom, signal);
  }
}
