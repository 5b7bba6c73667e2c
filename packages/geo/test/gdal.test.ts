import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blockGrid, blocksIn, compareRings, Stitcher, trace, traceBlock, type Rings } from '../src/index.ts';
import { anyMask, cropped, type Mask } from './mask.ts';

const count = process.env['CAIRN_TEST_FULL'] === '1' ? 2000 : 60;
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Patches with ragged edges, holes and necks, as a network leaves them: where smoothed noise is high. */
const patches = fc
  .record({
    width: fc.integer({ min: 20, max: 220 }),
    height: fc.integer({ min: 20, max: 220 }),
    seed: fc.nat(),
    reach: fc.integer({ min: 1, max: 6 }),
    fill: fc.integer({ min: 35, max: 65 }),
  })
  .map(({ width, height, seed, reach, fill }): Mask => {
    let state = seed;
    const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    const noise = Float64Array.from({ length: width * height }, next);
    const smooth = averaged(averaged(noise, 1, reach), width, reach);
    const level = [...smooth].sort((a, b) => a - b)[Math.floor((smooth.length * (100 - fill)) / 100)] ?? 0;
    return { width, height, mask: Uint8Array.from(smooth, (value) => (value > level ? 1 : 0)) };
  });

/** Each value as the mean of those up to `reach` steps before and after it; rows run into each other. */
function averaged(values: Float64Array, step: number, reach: number): Float64Array {
  return values.map((_, at) => {
    let sum = 0;
    for (let k = -reach; k <= reach; k++) sum += values[at + k * step] ?? 0;
    return sum;
  });
}

it('random masks, cut into random blocks and joined again, have the polygons of GDAL, ring for ring', async () => {
  const masks = fc.sample(fc.tuple(fc.oneof(anyMask, patches), fc.integer({ min: 3, max: 90 })), count);
  const expected = await polygonize(masks.map(([mask]) => mask));
  expect(expected.length).toBe(count);
  for (const [i, [{ mask, width, height }, size]] of masks.entries()) {
    const traced = trace(mask, width, height).map(({ rings }) => rings);
    expect(inOrder(traced), `mask ${i} as one`).toEqual(expected[i]);
    const grid = blockGrid({ width, height, size, halo: 0, stride: 1 });
    const stitcher = new Stitcher(grid);
    const joined = blocksIn(grid, [{ x0: 0, y0: 0, x1: width, y1: height }]).flatMap((block) =>
      stitcher.add(block, traceBlock(cropped(mask, width, block.core), block.core)),
    );
    expect(inOrder(joined.map(({ rings }) => rings)), `mask ${i} in blocks of ${size}`).toEqual(expected[i]);
  }
}, 120_000);

/** Polygons by their first point. Two never share it: one of them would hold the pixel right and below. */
function inOrder(polygons: readonly Rings[]): Rings[] {
  return [...polygons].sort((a, b) => compareRings(a[0] ?? [], b[0] ?? []));
}

/** The polygons of masks as GDAL finds them. */
async function polygonize(masks: readonly Mask[]): Promise<Rings[][]> {
  const folder = (await run(here('../../../tools/test-readers.sh'), ['polygonize'])).trim();
  const lines = masks.map(({ mask, width, height }) =>
    JSON.stringify({ width, height, mask: Buffer.from(mask).toString('base64') }),
  );
  const answer = await run(join(folder, '../python/bin/python'), [here('polygonize.py')], lines.join('\n'), {
    PYTHONPATH: folder,
  });
  return answer
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Rings[]);
}

async function run(command: string, args: string[], input = '', environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  const code = new Promise((resolve) => child.once('close', resolve));
  const text = (await buffer(child.stdout)).toString();
  expect(await code, command).toBe(0);
  return text;
}
