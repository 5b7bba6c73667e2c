import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { treeRssMiB } from '../../src/supervise/rss.ts';
import { writeWideImage } from './wide-image.ts';

// A quarter of an hour and 12 GB of pixels: `make test-full` measures it.
const full = process.env['CAIRN_TEST_FULL'] === '1';
const run = fileURLToPath(new URL('./wide-run.ts', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-wide-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Measured {
  areaKm2: number;
  seconds: number;
  features: number;
  peakMiB: number;
}

/** Predicts on a square of so many pixels of 0.3 m; the most memory is that of its process and the model server's. */
async function measured(side: number): Promise<Measured> {
  const image = join(folder, 'wide.tif');
  await writeWideImage(image, side);
  const child = spawn(process.execPath, ['--import', 'tsx', run, image], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let peakMiB = 0;
  const over = new AbortController();
  void ended.then(() => over.abort());
  while (!over.signal.aborted) {
    // What comes before is the image's being checked.
    if (lines.length > 0) peakMiB = Math.max(peakMiB, await treeRssMiB(child.pid!));
    await pause(100);
  }
  expect(await ended).toBe(0);
  const found = { ...(JSON.parse(lines.at(-1)!) as Omit<Measured, 'peakMiB'>), peakMiB };
  process.stdout.write(`${JSON.stringify(found)}\n`);
  return found;
}

test.skipIf(!full)(
  '100 km² take no more than 110 % of the memory of 1 km², and time in proportion to 16 km²',
  async () => {
    const small = await measured(3333);
    const middle = await measured(13_333);
    const large = await measured(33_333);
    expect(large.peakMiB).toBeLessThan(small.peakMiB * 1.1);
    const rate = ({ seconds, areaKm2 }: Measured): number => seconds / areaKm2;
    expect(rate(large)).toBeLessThan(rate(middle) * 1.3);
    expect(large.features).toBeGreaterThan(100 * small.features * 0.95);
  },
  3_600_000,
);
