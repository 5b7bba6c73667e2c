import { CairnError } from '@cairn/contracts';
import { isFinished, type Job, statusInfo } from './job.ts';
import type { LogLine } from './log-store.ts';
import { aliveComment, pauseOf, sentEvent, type StreamTiming } from './server-sent.ts';

/** The id of a stream's last event: whoever has seen it has seen everything. */
export const lastEventId = 'end';

/**
 * Reads where a stream is to go on: the place in the log behind the last line that was seen, 0 from its beginning.
 * @throws CairnError `input-invalid`
 */
export function readLastEventId(header: string | string[] | undefined): number | typeof lastEventId {
  const id = [header ?? ''].flat().join('');
  if (id === '' || id === lastEventId) return id === '' ? 0 : id;
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw new CairnError('input-invalid', `${id} is no event of this stream.`, {
    where: 'Last-Event-ID',
    action: 'Send the id of the last event that came, or none.',
  });
}

/**
 * A job as server-sent events, until it has ended:
 *
 *     log       a line of the job's log; its id is the place behind it, in bytes
 *     progress  {progress, message}, when one of them has changed
 *     status    the whole job, at the beginning, when its state or a step has changed, and last of all with the id `end`
 *
 * Lines come once each, in their order, also over several streams; progress and status tell how it is now. The row is read
 * before the log: when it says that the job has ended, the log is whole.
 */
export async function* eventStream(
  job: { read: () => Promise<Job>; lines: (place: number) => Promise<LogLine[]>; base: string },
  from: number,
  timing: StreamTiming,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let place = from;
  let told: { whole: string; words: string } | undefined;
  let spoken = Date.now();
  while (!signal.aborted) {
    const row = await job.read();
    const changes: string[] = [];
    for (;;) {
      const read = await job.lines(place);
      if (read.length === 0) break;
      for (const { line, end } of read) changes.push(sentEvent('log', line, String(end)));
      place = read.at(-1)!.end;
      yield changes.splice(0).join('');
      spoken = Date.now();
    }
    const now = { whole: JSON.stringify([row.status, row.steps, row.cancel]), words: `${row.progress} ${row.message}` };
    if (isFinished(row)) {
      yield sentEvent('status', JSON.stringify(statusInfo(row, job.base)), lastEventId);
      return;
    }
    if (now.whole !== told?.whole) changes.push(sentEvent('status', JSON.stringify(statusInfo(row, job.base))));
    else if (now.words !== told.words) {
      changes.push(sentEvent('progress', JSON.stringify({ progress: row.progress, message: row.message })));
    }
    told = now;
    if (changes.length === 0 && Date.now() - spoken >= timing.keepAlive) changes.push(aliveComment);
    if (changes.length > 0) {
      yield changes.join('');
      spoken = Date.now();
    }
    await pauseOf(timing.every, signal);
  }
}
