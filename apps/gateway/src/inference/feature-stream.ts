import { open } from 'node:fs/promises';
import { CairnError, type Digest } from '@cairn/contracts';
import { lastEventId } from '../jobs/event-stream.ts';
import { isFinished, type Job, statusInfo } from '../jobs/job.ts';
import { aliveComment, pauseOf, sentEvent, type StreamTiming } from '../jobs/server-sent.ts';
import { splitLines, wholeLines, type FeaturePiece, type FeaturePlace } from './feature-log.ts';

/** What a stream of buildings reads. */
export interface FeatureSource {
  job: () => Promise<Job>;
  /** Reads the log of the buildings that the job finds; see `FeatureLogs.read`. */
  log: (after: FeaturePlace | undefined) => Promise<FeaturePiece | null>;
  /** The file with the GeoJSON of a prediction, fetched where this gateway lacks it. */
  file: (digest: Digest) => Promise<string>;
  /** Address of the gateway, for links. */
  base: string;
}

/**
 * Reads where a stream is to go on; undefined from its beginning.
 * @throws CairnError `input-invalid`
 */
export function readFeaturePlace(header: string | string[] | undefined): FeaturePlace | typeof lastEventId | undefined {
  const id = [header ?? ''].flat().join('');
  if (id === '') return undefined;
  if (id === lastEventId) return lastEventId;
  const [, series, offset] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(id) ?? [];
  if (series !== undefined) return { series, offset: Number(offset) };
  throw new CairnError('input-invalid', `${id} is no event of this stream.`, {
    where: 'Last-Event-ID',
    action: 'Send the id of the last event that came, or none.',
  });
}

/**
 * The buildings that a job finds as server-sent events, until it has ended:
 *
 *     features  a GeoJSON FeatureCollection of some buildings; its id is the place behind them
 *     reset     the buildings told so far are void: the job was interrupted, and finds others now, or the same elsewhere
 *     progress  {progress, message}, when one of them has changed
 *     status    the whole job, last of all, with the id `end`
 *
 * Each building comes once, also over several streams and attempts of the job, and is the one of the file. Of a job that has
 * ended a day ago, or was answered by a stored prediction, the file tells them, in its own order. The row is read before the
 * log: when it says that the job has ended, the log is whole.
 */
export async function* featureStream(
  source: FeatureSource,
  from: FeaturePlace | undefined,
  timing: StreamTiming,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let place = from;
  let told = '';
  let spoken = Date.now();
  while (!signal.aborted) {
    const job = await source.job();
    const events: string[] = [];
    for (;;) {
      const piece = await nextPiece(source, job, place);
      if (piece === null) break;
      if (place !== undefined && place.series !== piece.place.series) events.push(sentEvent('reset', '{}'));
      place = piece.place;
      if (piece.lines.length > 0) events.push(featuresEvent(piece));
      if (events.length === 0) break;
      yield events.splice(0).join('');
      spoken = Date.now();
    }
    if (isFinished(job)) {
      yield sentEvent('status', JSON.stringify(statusInfo(job, source.base)), lastEventId);
      return;
    }
    const words = JSON.stringify({ progress: job.progress, message: job.message });
    if (words !== told) events.push(sentEvent('progress', words));
    else if (Date.now() - spoken >= timing.keepAlive) events.push(aliveComment);
    told = words;
    if (events.length > 0) {
      yield events.join('');
      spoken = Date.now();
    }
    await pauseOf(timing.every, signal);
  }
}

function featuresEvent({ lines, place }: FeaturePiece): string {
  const data = `{"type":"FeatureCollection","features":[${lines.join(',')}]}`;
  return sentEvent('features', data, `${place.series}-${place.offset}`);
}

/** What comes next: from the log, or where there is none any more, from the file of a job that has ended well. */
async function nextPiece(
  { log, file }: FeatureSource,
  job: Job,
  after: FeaturePlace | undefined,
): Promise<FeaturePiece | null> {
  const piece = await log(after);
  if (piece !== null || job.status !== 'successful' || job.result === null) return piece;
  const digest = job.result['digest'] as Digest;
  return readStored(await file(digest), digest, after);
}

/** Buildings of a prediction's file, which holds one a line; see `featureCollection`. Its digest names the series. */
async function readStored(path: string, digest: Digest, after: FeaturePlace | undefined): Promise<FeaturePiece> {
  const series = digest.slice('sha256:'.length, 'sha256:'.length + 8);
  let offset = after?.series === series ? after.offset : 0;
  const file = await open(path, 'r');
  try {
    // The head of the file holds no building, and a piece without any would be the last.
    for (;;) {
      const bytes = await wholeLines(file, offset);
      offset += bytes.length;
      const lines = splitLines(bytes)
        .filter((line) => line.startsWith('{"type":"Feature",'))
        .map((line) => line.replace(/,$/, ''));
      if (lines.length > 0 || bytes.length === 0) return { lines, place: { series, offset } };
    }
  } finally {
    await file.close();
  }
}
