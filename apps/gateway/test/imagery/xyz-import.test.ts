import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessInput } from '@cairn/contracts';
import { tileBounds } from '@cairn/geo';
import { digestOf, filesetDigest } from '@cairn/receipt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ImageHosts } from '../../src/imagery/http/image-hosts.ts';
import { ImageServers } from '../../src/imagery/http/image-servers.ts';
import type { JobContext } from '../../src/jobs/process.ts';
import { jobContext } from '../jobs/context.ts';
import { openImagery, type ImageryWorld } from './world.ts';
import { answer, colourAt, edge, TestTileServer, tilePng } from './xyz-tiles.ts';

const server = new TestTileServer();
let world: ImageryWorld;
beforeAll(async () => {
  await server.start();
  const hosts = new ImageHosts({ allowed: [server.place] });
  world = await openImagery(new ImageServers({ hosts, patience: { timeout: 5_000, firstPause: 10 } }));
});
afterAll(async () => {
  await world.close();
  await server.stop();
});
afterEach(() => server.reset());

// Three columns, two rows.
const zoom = 18;
const [x0, y0] = [193_344, 110_120];
const [west, , , north] = tileBounds({ x: x0, y: y0, z: zoom });
const [, south, east] = tileBounds({ x: x0 + 2, y: y0 + 1, z: zoom });
const bbox = [west, south, east, north];

const told: [number, string][] = [];

function context(signal?: AbortSignal): JobContext {
  told.length = 0;
  const progress = (percent: number, message: string): void => void told.push([percent, message]);
  return { ...jobContext(), progress, ...(signal === undefined ? {} : { signal }) };
}

function inputs(id: string, href = server.template): ProcessInput<'add-imagery'> {
  const label = { id, title: 'Tiles', licence: 'CC-BY-4.0', attribution: 'Somebody' };
  return { ...label, template: { href, zoom, bbox } };
}

describe('map tiles', () => {
  it('become one image whose pixels are theirs, without data in the gaps, and a key is kept nowhere', async () => {
    server.will(`${zoom}/${x0 + 1}/${y0 + 1}`, answer(404));
    const result = await world.addImagery.run(inputs('town', `${server.template}?key=SECRET`), context());
    expect(result).toMatchObject({ imagery: 'town', changed: true, tiles: { count: 5, gaps: 1 } });
    result.bbox.forEach((value, at) => expect(value).toBeCloseTo(bbox[at]!, 6));

    const path = world.objects.path(result.digest);
    const info = await world.reader.call('describe', path);
    expect(info).toMatchObject({ width: 3 * edge, height: 2 * edge, epsg: 3857 });
    const box = { x0: 0, y0: 0, x1: 3 * edge, y1: 2 * edge };
    const rgba = await world.reader.call('window', path, info.gsd, box);
    for (let y = 0; y < 2 * edge; y++) {
      for (let x = 0; x < 3 * edge; x++) {
        const at = (y * 3 * edge + x) * 4;
        const gap = y >= edge && x >= edge && x < 2 * edge;
        const due = gap ? [0, 0, 0, 0] : [...colourAt(x0 * edge + x, y0 * edge + y), 255];
        expect([...rgba.subarray(at, at + 4)], `pixel ${x}, ${y}`).toEqual(due);
      }
    }

    const item = await world.catalog.get('imagery', 'town');
    const template = `${server.template}?key=…`;
    expect(item).toMatchObject({
      properties: {
        'cairn:tiles': { template, zoom, bbox, count: 5, gaps: 1, faulty: 0, repeated: 0 },
        'cairn:gaps': [{ why: 'missing', zoom, row: y0 + 1, columns: [x0 + 1, x0 + 1] }],
        license: 'CC-BY-4.0',
      },
    });
    const { database, receipts } = world;
    const kept = await database.query('select bundle from cairn.receipt union all select data from cairn.event');
    const receipt = await receipts.get(database, result.receipt);
    const statement = Buffer.from(receipt.dsseEnvelope.payload, 'base64').toString();
    expect(statement).toContain('town, set of map tiles');
    expect(JSON.stringify([item, kept, result, told]) + statement).not.toContain('SECRET');
    expect(told.some(([, words]) => words === 'Fetching map tiles: 6 of 6')).toBe(true);
    expect(told.map(([percent]) => percent)).toEqual(told.map(([percent]) => percent).sort((a, b) => a - b));
  });

  it('that are the same again change nothing, and other ones under the same id are refused', async () => {
    await world.addImagery.run(inputs('village'), context());
    expect(await world.addImagery.run(inputs('village'), context())).toMatchObject({
      changed: false,
      tiles: { count: 6, gaps: 0 },
    });
    server.will(`${zoom}/${x0}/${y0}`, answer(404));
    await expect(world.addImagery.run(inputs('village'), context())).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are named by the digest of their set, which anyone can compute from the tiles', async () => {
    const { imagery } = await world.addImagery.run(inputs('named'), context());
    const item = await world.catalog.get('imagery', imagery);
    const files = await Promise.all(
      [0, 1, 2, 3, 4, 5].map(async (at) => {
        const [x, y] = [x0 + (at % 3), y0 + Math.floor(at / 3)];
        const digest = digestOf(await tilePng({ x, y, z: zoom }));
        return { path: `tile-${x}-${y}-${zoom}.png`, digest };
      }),
    );
    expect(item).toMatchObject({ properties: { 'cairn:source_digest': filesetDigest(files) } });
  });

  it('of a job that was interrupted are not fetched again by its next attempt', async () => {
    const gateway = new AbortController();
    const first = context(gateway.signal);
    const progress = (_percent: number, words: string): void => {
      if (words.includes('3 of 6')) gateway.abort(new Error('stopping'));
    };
    const stopping = { ...first, progress };
    await expect(world.addImagery.run(inputs('again'), stopping)).rejects.toThrow('stopping');
    const journal = join(world.workFolder, first.jobId, 'tiles.jsonl');
    const kept = (await readFile(journal, 'utf8')).split('\n').length - 1;
    expect(kept).toBeGreaterThanOrEqual(3);
    server.reset();
    const next = { ...context(), jobId: first.jobId };
    expect(await world.addImagery.run(inputs('again'), next)).toMatchObject({ changed: true, tiles: { count: 6 } });
    expect(server.requests).toHaveLength(6 - kept);
  });

  it('that cannot be had leave no imagery behind', async () => {
    server.will(`${zoom}/${x0 + 2}/${y0 + 1}`, answer(200, '<html>Please log in</html>'));
    await expect(world.addImagery.run(inputs('broken'), context())).rejects.toMatchObject({ code: 'imagery-corrupt' });
    await expect(world.catalog.get('imagery', 'broken')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('or files are wanted: both and neither are refused, with what to give', async () => {
    const { template, ...label } = inputs('both');
    const files = [{ path: 'a.tif', digest: `sha256:${'0'.repeat(64)}` }];
    for (const wrong of [label, { ...label, files, template: template! }]) {
      await expect(world.addImagery.run(wrong, context())).rejects.toMatchObject({
        code: 'input-invalid',
        more: { action: expect.stringContaining('"template"') as string },
      });
    }
  });
});
