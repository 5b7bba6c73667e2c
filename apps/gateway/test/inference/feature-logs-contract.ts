import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FeatureLog, type FeaturePiece, type FeaturePlace } from '../../src/inference/feature-log.ts';
import type { FeatureLogs } from '../../src/inference/feature-logs.ts';
import type { Lease } from '../../src/jobs/lease.ts';

/** A home of logs, for a test. */
export interface FeatureHome {
  logs: FeatureLogs;
  /** A job that runs. */
  job: () => Promise<Lease>;
  /** Has the next attempt of a job begin. */
  again: (lease: Lease) => Promise<Lease>;
  /** Ends a job and lets so many hours pass, for what is not the file's. */
  age: (jobId: string, hours: number) => Promise<unknown>;
}

/** Lines of a log for some buildings, by number. */
export function lines(from: number, to: number, words = 'roof'): Buffer[] {
  return Array.from({ length: to - from }, (_, i) =>
    Buffer.from(
      JSON.stringify({ type: 'Feature', id: `${words}-${from + i}`, properties: { words: 'ö'.repeat(450) } }),
    ),
  );
}

/** The ids of buildings. */
export const names = (from: number, to: number, words = 'roof'): string[] =>
  Array.from({ length: to - from }, (_, i) => `${words}-${from + i}`);

const idsOf = (piece: FeaturePiece): string[] => piece.lines.map((line) => (JSON.parse(line) as { id: string }).id);

/** Adds buildings to the log of a job, as one attempt of it does that then ends or is interrupted. */
export async function attempt(
  logs: FeatureLogs,
  lease: Lease,
  blocks: Buffer[][],
  end: 'finished' | 'interrupted' = 'finished',
): Promise<void> {
  const log = await logs.open({ lease, log: () => undefined });
  const file = await FeatureLog.open(log.path);
  try {
    log.tell();
    for (const block of blocks) await file.add(block);
    if (end === 'finished') await file.finish();
    await log.whole();
  } finally {
    await log.stop();
    await file.close();
  }
}

/** What a reader sees from a place on until there is no more. */
async function readAll(logs: FeatureLogs, jobId: string, after?: FeaturePlace) {
  const pieces: FeaturePiece[] = [];
  for (let place = after; ; place = pieces.at(-1)!.place) {
    const piece = (await logs.read(jobId, place))!;
    if (piece.lines.length === 0) return { ids: pieces.flatMap(idsOf), pieces, place: piece.place };
    pieces.push(piece);
  }
}

/** What every home of the logs of buildings holds. `open` answers one in a folder. */
export function describeFeatureLogs(name: string, open: (folder: string) => Promise<FeatureHome>): void {
  describe(`the logs of buildings: ${name}`, () => {
    let folder: string;
    let home: FeatureHome;
    let lease: Lease;
    let job: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cairn-logs-'));
      home = await open(folder);
      lease = await home.job();
      job = lease.jobId;
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    test('tell lines while they are added, once each, in pieces of a quarter of a MiB', async () => {
      const { logs } = home;
      expect(await logs.read(job, undefined)).toBeNull();
      const log = await logs.open({ lease, log: () => undefined });
      const file = await FeatureLog.open(log.path);
      log.tell();
      const told: string[] = [];
      let place: FeaturePlace | undefined;
      for (const [from, to] of [
        [0, 1],
        [1, 3],
        [3, 1200],
      ] as const) {
        await file.add(lines(from, to));
        await vi.waitFor(async () => {
          const piece = await logs.read(job, place);
          if (piece === null) throw new Error('There is no log yet.');
          expect(piece.lines.join().length).toBeLessThan(256 * 1024);
          told.push(...idsOf(piece));
          place = piece.place;
          expect(told).toEqual(names(0, to));
        }, 5000);
      }
      await log.whole();
      await file.close();
      expect((await readAll(logs, job)).ids).toEqual(names(0, 1200));
      expect((await logs.read(job, place))!.lines).toEqual([]);
    });

    test('begin at the beginning for a place that is none of theirs, and wait for one that is not reached yet', async () => {
      const { logs } = home;
      await attempt(logs, lease, [lines(0, 3)]);
      const { place } = await readAll(logs, job);
      for (const offset of [0, 1, 8, 20, place.offset - 1]) {
        expect(idsOf((await logs.read(job, { ...place, offset }))!), String(offset)).toEqual(names(0, 3));
      }
      expect(idsOf((await logs.read(job, { ...place, series: '00000000' }))!)).toEqual(names(0, 3));
      const second = place.offset - 2 * (lines(0, 1)[0]!.length + 1);
      expect(idsOf((await logs.read(job, { ...place, offset: second }))!)).toEqual(names(1, 3));
      const due = lines(3, 6).reduce((sum, { length }) => sum + length + 1, place.offset);
      expect((await logs.read(job, { ...place, offset: due }))!.lines).toEqual([]);
      lease = await home.again(lease);
      await attempt(logs, lease, [lines(0, 7)]);
      expect(idsOf((await logs.read(job, { ...place, offset: due }))!)).toEqual(names(6, 7));
      expect(await logs.read('none', undefined)).toBeNull();
    });

    test('keep their places over an attempt that goes on, and void them where it finds others', async () => {
      const { logs } = home;
      await attempt(logs, lease, [lines(0, 900)], 'interrupted');
      const { place } = await readAll(logs, job);
      lease = await home.again(lease);
      await attempt(logs, lease, [lines(0, 700), lines(700, 1200)], 'interrupted');
      const on = await readAll(logs, job, place);
      expect(on.ids).toEqual(names(900, 1200));
      expect(on.place.series).toBe(place.series);
      lease = await home.again(lease);
      await attempt(logs, lease, [lines(0, 600), lines(600, 1000, 'house')]);
      const anew = await readAll(logs, job, on.place);
      expect(anew.place.series).not.toBe(place.series);
      expect(anew.ids).toEqual([...names(0, 600), ...names(600, 1000, 'house')]);
    });

    test('drop what only an earlier attempt has found', async () => {
      const { logs } = home;
      await attempt(logs, lease, [lines(0, 40)], 'interrupted');
      const { place } = await readAll(logs, job);
      lease = await home.again(lease);
      await attempt(logs, lease, [lines(0, 30)]);
      const after = await readAll(logs, job, place);
      expect(after.place.series).not.toBe(place.series);
      expect(after.ids).toEqual(names(0, 30));
    });

    test('are gone where an attempt drops them', async () => {
      const { logs } = home;
      await attempt(logs, lease, [lines(0, 3)], 'interrupted');
      await (await logs.open({ lease, log: () => undefined })).drop();
      expect(await logs.read(job, undefined)).toBeNull();
    });

    test('go after a day, and nothing else does', async () => {
      const { logs } = home;
      const young = await home.job();
      for (const [held, hours] of [
        [lease, 25],
        [young, 23],
      ] as const) {
        await attempt(logs, held, [lines(0, 3)]);
        const { path } = await logs.open({ lease: held, log: () => undefined });
        await home.age(held.jobId, hours);
        const at = new Date(Date.now() - hours * 3600 * 1000);
        await utimes(path, at, at);
      }
      const other = join(folder, 'a.json');
      await writeFile(other, '{}');
      await utimes(other, 0, 0);
      await logs.dropOld();
      expect(await logs.read(job, undefined)).toBeNull();
      expect((await logs.read(young.jobId, undefined))!.lines).toHaveLength(3);
      expect(await readFile(other, 'utf8')).toBe('{}');
    });
  });
}
