import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExampleSet } from '@cairn/contracts';
import { tileBounds } from '@cairn/geo';
import { digestOf, filesetDigest } from '@cairn/receipt';
import fastify from 'fastify';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetItem } from '../../src/data/dataset-item.ts';
import { DatasetVersions } from '../../src/data/dataset-versions.ts';
import { datasetThread } from '../../src/data/reader-thread.ts';
import { answerProblem } from '../../src/errors.ts';
import { DrawExamples } from '../../src/inference/examples/draw-examples.ts';
import { comparisonThread } from '../../src/inference/shadow/comparisons-thread.ts';
import { exampleRoutes } from '../../src/registry/example-routes.ts';
import { examplesOf } from '../../src/registry/example-row.ts';
import { evidenceOf } from '../../src/registry/evidence.ts';
import { receiptDigest } from '../../src/registry/receipt-facts.ts';
import { objectsCheck } from '../../src/survey/checks/objects.ts';
import { jobContext, openWorld, type World } from './world.ts';

const packageItem = fileURLToPath(new URL('../../../../models/building-detector/stac-item.json', import.meta.url));

/** Tiles of the web map at zoom 19 in three columns and six rows, some 0.27 m a pixel, as `bright` reads them. */
const first = { x: 386690, y: 220241, z: 19 };
const [columns, rows, edge] = [3, 6, 256] as const;
type Box = readonly [x: number, y: number, width: number, height: number];

/** What is on each tile, in its pixels: a labelled roof, a label without a roof, a roof without a label. */
const roof: Box = [30, 60, 50, 40];
const ghost: Box = [150, 60, 50, 40];
const shed: Box = [30, 150, 30, 30];
/** On a tile and the one below, seven tenths on the upper one. */
const across: Box = [120, edge - 35, 40, 50];
/** In the last column, reaching out of the images to the east by two fifths. */
const outside: Box = [226, 150, 50, 30];

let world: World;
let drawing: DrawExamples;
let datasetVersions: DatasetVersions;
const datasetReader = datasetThread();
const comparisons = comparisonThread();

beforeAll(async () => {
  world = await openWorld();
  const { database, objects, precedence, predicting, home } = world;
  datasetVersions = new DatasetVersions({ database, objects });
  const own = { database, precedence, datasetVersions, datasetReader, comparisons };
  drawing = new DrawExamples({ ...predicting, ...own, workFolder: join(home, 'jobs') });
  await addDataset('town');
  // The package that ships with Cairn tells which chips it holds out.
  const { digest } = await objects.put(await readFile(packageItem));
  const files = JSON.stringify([{ path: 'stac-item.json', digest }]);
  await database.query("update cairn.revision set files = $1::jsonb where model = 'bright'", [files]);
});
afterAll(async () => {
  await Promise.all([datasetReader.close(), comparisons.close()]);
  await world.close();
});

/** Adds a version of a dataset as its pinning does, but for DVC. */
async function addDataset(id: string, note = ''): Promise<string> {
  const { database, objects } = world;
  const contents: Record<string, Uint8Array> = {};
  const labels: Box[] = [];
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const [left, top] = [column * edge, row * edge];
      const moved = ([x, y, width, height]: Box): Box => [left + x, top + y, width, height];
      labels.push(moved(roof), moved(ghost));
      if (row + 1 < rows) labels.push(moved(across));
      if (column + 1 === columns) labels.push(moved(outside));
      const name = `chips/OAM-${first.x + column}-${first.y + row}-${first.z}.png`;
      contents[name] = await tile(column, row);
    }
  }
  const features = labels.map((box) => ({ type: 'Feature', properties: { note }, geometry: polygon(box) }));
  contents['labels.geojson'] = Buffer.from(JSON.stringify({ type: 'FeatureCollection', features }));
  const files = await Promise.all(
    Object.entries(contents).map(async ([path, bytes]) => ({ path, digest: (await objects.put(bytes)).digest })),
  );
  await datasetVersions.keepFiles(files);
  const digest = filesetDigest(files.map((file) => ({ ...file, digest: receiptDigest(file.digest) })));
  const { receipt } = await world.versions.get('bright', 1);
  const west = tileBounds(first);
  const dataset = {
    ...{ id, title: 'A town', licence: 'CC-BY-4.0', attribution: 'Nobody', digest, dvcMd5: 'md5', receipt },
    ...{ chips: columns * rows, buildings: labels.length, bbox: [west[0], 27.6, 85.53, west[3]] as never },
    ...{ areaKm2: 1, buildingShare: 0.1, gsd: 0.27, generated: true, warnings: [] },
  };
  const number = ((await datasetVersions.newest(database, id))?.version ?? 0) + 1;
  const item = datasetItem(dataset, '2026-01-01T00:00:00Z', number);
  await datasetVersions.record(database, item, `commit ${number}`, { id: 'owner' });
  return digest;
}

/** Bright roofs on dark ground. */
async function tile(column: number, row: number): Promise<Uint8Array> {
  const grey = Buffer.alloc(edge * edge * 3, 40);
  const [above, last] = [row > 0, column + 1 === columns];
  const boxes = [roof, shed, ...(row + 1 < rows ? [across] : []), ...(last ? [outside] : [])];
  if (above) boxes.push([across[0], across[1] - edge, across[2], across[3]]);
  for (const [left, top, width, height] of boxes) {
    for (let y = Math.max(0, top); y < Math.min(edge, top + height); y++) {
      grey.fill(210, (y * edge + left) * 3, (y * edge + Math.min(edge, left + width)) * 3);
    }
  }
  return sharp(grey, { raw: { width: edge, height: edge, channels: 3 } })
    .png()
    .toBuffer();
}

/** A box of pixels from the first tile's corner as GeoJSON. */
function polygon([x, y, width, height]: Box): object {
  const at = (px: number, py: number): [number, number] => {
    const [column, row] = [Math.floor(px / edge), Math.floor(py / edge)];
    const [west, south, east, north] = tileBounds({ x: first.x + column, y: first.y + row, z: first.z });
    return [west + ((east - west) * (px - column * edge)) / edge, north + ((south - north) * (py - row * edge)) / edge];
  };
  const corners = [at(x, y + height), at(x + width, y + height), at(x + width, y), at(x, y)];
  return { type: 'Polygon', coordinates: [[...corners, corners[0]!]] };
}

const draw = (version = 'bright/1') => drawing.run({ version, dataset: 'town' }, jobContext());
const forget = () => world.database.query('delete from cairn.example_set');

describe('drawing examples', () => {
  it('takes the chips that the package holds out, spread by their names, and counts what is on each', async () => {
    const result = await draw();
    expect(result).toMatchObject({ part: 'held-out', relation: 'apart', datasetVersion: 1, commit: 'commit 1' });
    expect(result).toMatchObject({ title: 'A town', licence: 'CC-BY-4.0', attribution: 'Nobody', stored: false });
    const chips = result.pictures.map(({ chip }) => chip);
    expect(chips).toEqual([241, 243, 244, 246].map((row) => `chips/OAM-386692-220${row}-19.png`));
    const counted = result.pictures.map(({ hits, misses, inventions }) => [hits, misses, inventions]);
    // Roof, the one that reaches out, and but for the last row the one across.
    expect(counted).toEqual([
      [3, 1, 1],
      [3, 1, 1],
      [3, 1, 1],
      [2, 1, 1],
    ]);
    expect(await readdir(join(world.home, 'jobs')).catch(() => [])).not.toContain('examples');
  });

  it('draws each kind by a line of its own', async () => {
    const { pictures } = await draw();
    const { data, info } = await sharp(await world.objects.readAll(pictures[0]!.digest))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const factor = info.width / edge;
    expect([info.width, info.height]).toEqual([pictures[0]!.width, pictures[0]!.height]);
    /** Colours along the lower edge of a box, between its corners. */
    const along = ([x, y, width, height]: Box) =>
      Array.from({ length: Math.floor((width - 8) * factor) }, (_, i) => {
        const at = (Math.round((y + height) * factor) * info.width + Math.round((x + 4) * factor) + i) * 3;
        return [data[at]!, data[at + 1]!, data[at + 2]!] as const;
      });
    const share = (box: Box, is: (rgb: readonly [number, number, number]) => boolean) =>
      along(box).filter(is).length / along(box).length;
    const [green, blue, red] = [1, 2, 0].map(
      (most) => (rgb: readonly number[]) => rgb[most]! > 120 && rgb.every((v, i) => i === most || v < rgb[most]! - 20),
    ) as [
      (rgb: readonly number[]) => boolean,
      (rgb: readonly number[]) => boolean,
      (rgb: readonly number[]) => boolean,
    ];
    expect(share(roof, green)).toBeGreaterThan(0.95);
    // Dashes and dots leave gaps, which a reader who sees no colours tells apart.
    expect(share(ghost, blue)).toBeGreaterThan(0.4);
    expect(share(ghost, blue)).toBeLessThan(0.9);
    expect(share(shed, red)).toBeGreaterThan(0.2);
    expect(share(shed, red)).toBeLessThan(0.8);
  });

  it('gives the same bytes again, and draws nothing that is there', async () => {
    const before = await draw();
    expect(before.stored).toBe(true);
    await forget();
    const after = await draw();
    expect(after.stored).toBe(false);
    expect(after.pictures).toEqual(before.pictures);
    const events = await world.database.query("select subject from cairn.event where kind = 'version.examples-drawn'");
    expect(events).toEqual([{ subject: 'version:bright/1' }, { subject: 'version:bright/1' }]);
  });

  it('draws again what the survey misses', async () => {
    const { pictures } = await draw();
    const { digest } = pictures[1]!;
    const check = objectsCheck(world);
    const findings = async () => (await check.look(false)).filter(({ where }) => where === 'version:bright/1');
    expect(await findings()).toEqual([]);
    await rm(world.objects.path(digest));
    expect(await findings()).toMatchObject([{ action: expect.stringContaining('cairn examples bright/1') as string }]);
    expect((await draw()).stored).toBe(false);
    expect(await findings()).toEqual([]);
  });

  it('says so where nothing tells which chips a version did not learn from', async () => {
    const { database, versions } = world;
    const { digest } = await datasetVersions.get('town');
    await database.query("update cairn.version set dataset_digest = $1 where model = 'sure'", [digest]);
    expect((await versions.get('sure', 1)).dataset_digest).toBe(digest);
    const told = await draw('sure/1');
    expect(told).toMatchObject({ part: 'any', relation: 'same' });
    expect(told.words).toContain('may have learnt from them');
    expect(new Set(told.pictures.map(({ chip }) => chip.split('-')[1])).size).toBeGreaterThan(1);
  });

  it('tells them to whoever looks, at addresses that hold, and names them in the evidence', async () => {
    const { pictures } = await draw();
    const app = fastify();
    app.setErrorHandler(answerProblem);
    await app.register(exampleRoutes(world));
    const list = (await app.inject('/examples')).json<ExampleSet[]>();
    expect(list.find(({ version }) => version === 'bright/1')?.pictures).toEqual(pictures);
    const { href, digest } = pictures[0]!;
    const whole = await app.inject(href);
    expect(whole.headers['content-type']).toBe('image/jpeg');
    expect(digestOf(whole.rawPayload)).toBe(digest);
    const small = await app.inject(`${href}?width=320`);
    expect(await sharp(small.rawPayload).metadata()).toMatchObject({ format: 'webp', width: 320 });
    expect((await app.inject({ url: href, headers: { 'if-none-match': `"${digest}"` } })).statusCode).toBe(304);
    // Nothing but examples is given away there.
    const { weights_digest: weights } = await world.versions.get('bright', 1);
    expect((await app.inject(`/models/bright/versions/1/examples/${weights}`)).statusCode).toBe(404);
    const evidence = await evidenceOf(world.database, await world.versions.get('bright', 1));
    expect(evidence.examples).toMatchObject([{ dataset: 'town', pictures: pictures.map((one) => one.digest) }]);
    await app.close();
  });

  it('shows none on data that were taken back, and draws none', async () => {
    const newer = await addDataset('town', 'mended');
    expect((await draw()).datasetVersion).toBe(2);
    const digests = async () =>
      (await examplesOf(world.database, { model: 'bright', version: 1 })).map((one) => one.datasetDigest);
    expect(await digests()).toHaveLength(2);
    const { receipt } = await world.versions.get('bright', 1);
    await world.database.query(
      `insert into cairn.revocation (kind, name, digests, reason, actor, receipt, at)
       values ('dataset', 'town', array[$1], 'Its labels were wrong.', 'owner', $2, now())`,
      [newer, receipt],
    );
    expect(await digests()).not.toContain(newer);
    await expect(draw()).rejects.toMatchObject({ code: 'revoked' });
  });
});
