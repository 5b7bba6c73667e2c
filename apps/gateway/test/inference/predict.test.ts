import { createHash } from 'node:crypto';
import { appendFile, chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { crsOfEpsg, lonLatOfPixel, measure, parseAoi, pointInAoi, tileBounds, unitsOf } from '@cairn/geo';
import { openBundle, readStatement, verifyFeatureCollection } from '@cairn/receipt';
import fc from 'fast-check';
import fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FORMAT_NAMES, FORMATS, readExport } from '@cairn/export';
import { ImageHosts } from '../../src/imagery/http/image-hosts.ts';
import { ImageServers } from '../../src/imagery/http/image-servers.ts';
import { plattConfidence } from '../../src/inference/confidence.ts';
import { exportRoutes } from '../../src/inference/export-routes.ts';
import { exportStream, exportThread } from '../../src/inference/exports-thread.ts';
import type { FeaturePlace } from '../../src/inference/feature-log.ts';
import type { FeatureLogs } from '../../src/inference/feature-logs.ts';
import { inferenceRoutes } from '../../src/inference/routes.ts';
import { SharedFeatureLogs } from '../../src/inference/shared-feature-logs.ts';
import type { Lease } from '../../src/jobs/lease.ts';
import { HandedOver } from '../../src/jobs/handed-over.ts';
import { answerProblem } from '../../src/errors.ts';
import { place } from '../imagery/geotiff.ts';
import { answer, TestTileServer } from '../imagery/xyz-tiles.ts';
import {
  extent,
  hasImagery,
  jobContext,
  openWorld,
  roofs,
  settlement,
  sureness,
  type Building,
  type World,
} from './world.ts';

const reference = {
  crs: crsOfEpsg(place.epsg),
  transform: [place.west, place.pixelWidth, 0, place.north, 0, -place.pixelHeight],
} as const;

let world: World;
let picture: Uint8Array;
let whole: Awaited<ReturnType<World['predict']>>;

const tileServer = new TestTileServer();

beforeAll(async () => {
  await tileServer.start();
  world = await openWorld({
    servers: new ImageServers({ hosts: new ImageHosts({ allowed: [tileServer.place] }) }),
  });
  picture = await settlement();
  await world.add('settlement', picture);
  whole = await world.predict({ imagery: 'settlement' });
});
afterAll(async () => {
  await world.close();
  await tileServer.stop();
});

/** A polygon by pixels of the image. */
function polygon(...rings: [number, number][][]): object {
  const closed = rings.map((ring) => [...ring, ring[0]!].map(([x, y]) => lonLatOfPixel(reference, x, y)));
  return { type: 'Polygon', coordinates: closed };
}

function box(x0: number, y0: number, x1: number, y1: number): [number, number][] {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}

/** A place in pixels of the image. */
function pixelOf([lon, lat]: readonly [number, number]): [number, number] {
  const [east, north] = reference.crs.fromLonLat(lon, lat);
  return [(east - place.west) / 0.3, (place.north - north) / 0.3];
}

/** The middle of a building in pixels of the image. */
function middle({ geometry }: Building): [number, number] {
  const ring = geometry.coordinates[0]!.slice(1);
  const mean = (k: 0 | 1): number => ring.reduce((sum, point) => sum + point[k], 0) / ring.length;
  return pixelOf([mean(0), mean(1)]);
}

/** Cosines of the angles of a building's outline on the ground. */
function cosines({ geometry }: Building): number[] {
  const ring = geometry.coordinates[0]!.slice(1).map(([lon, lat]) => reference.crs.fromLonLat(lon, lat));
  return ring.map(([x, y], i) => {
    const [[ax, ay], [bx, by]] = [ring.at(i - 1)!, ring[(i + 1) % ring.length]!];
    return ((ax - x) * (bx - x) + (ay - y) * (by - y)) / Math.hypot(ax - x, ay - y) / Math.hypot(bx - x, by - y);
  });
}

const seen = roofs.filter(([x0, y0, x1, y1]) =>
  [x0, x1].every((x) => [y0, y1].every((y) => hasImagery(x + 20, y + 20))),
);

test('every roof is found once, in its place and of its size, whether blocks cut it or not', () => {
  const found = whole.features.map((feature) => ({ feature, at: middle(feature) }));
  for (const [x0, y0, x1, y1] of seen) {
    const on = found.filter(({ at: [x, y] }) => x > x0 && x < x1 && y > y0 && y < y1);
    expect(on.length, `roof at ${x0}, ${y0}`).toBe(1);
    const area = (x1 - x0) * (y1 - y0) * 0.09;
    expect(Math.abs(on[0]!.feature.properties.area_m2 / area - 1)).toBeLessThan(0.13);
  }
  expect(whole.features.length).toBeGreaterThanOrEqual(seen.length);
  expect(whole.features.length).toBeLessThanOrEqual(roofs.length);
  expect(whole.features.every(({ properties }) => properties.confidence > 0.8 && properties.class === 'building')).toBe(
    true,
  );
});

test('nothing is found where the image has no data, and that ground is not counted as covered', () => {
  for (const feature of whole.features) {
    const [x, y] = middle(feature);
    expect(hasImagery(Math.floor(x), Math.floor(y))).toBe(true);
  }
  let pixels = 0;
  for (let y = 0; y < extent.height; y++) for (let x = 0; x < extent.width; x++) pixels += hasImagery(x, y) ? 1 : 0;
  expect(Math.abs(whole.result.areaKm2 / ((pixels * 0.09) / 1e6) - 1)).toBeLessThan(0.005);
});

test('the buildings are the same, bit for bit, however the image is cut into blocks', async () => {
  await world.add('settlement-again', picture);
  const other = await world.predict({ imagery: 'settlement-again' }, 2048);
  expect(other.result.stored).toBe(false);
  expect(other.features).toEqual(whole.features);
  expect(other.result.areaKm2).toBe(whole.result.areaKm2);
});

test('no building has an edge along the border of a block', () => {
  const borders = (k: 0 | 1): number[] =>
    [512, 1024].filter((at) => roofs.every((roof) => Math.abs(roof[k] - at) > 4 && Math.abs(roof[k + 2]! - at) > 4));
  const edges = whole.features.flatMap(({ geometry }) =>
    geometry.coordinates.flatMap((ring) => ring.slice(1).map((to, i) => [pixelOf(ring[i]!), pixelOf(to)] as const)),
  );
  const along = edges.filter(([a, b]) =>
    ([0, 1] as const).some((k) => borders(k).some((at) => Math.abs(a[k] - at) < 0.2 && Math.abs(b[k] - at) < 0.2)),
  );
  expect(borders(0).length + borders(1).length).toBeGreaterThan(0);
  expect(along).toEqual([]);
});

test('an image that begins elsewhere, by a multiple of the stride, has the same buildings away from the cut', async () => {
  const cut = { x: 48, y: 112 };
  await world.add('settlement-cut', await settlement(cut));
  const { features } = await world.predict({ imagery: 'settlement-cut' });
  const clear = (feature: Building): boolean => {
    const [x, y] = middle(feature);
    return x > cut.x + 90 && y > cut.y + 90;
  };
  expect(features.filter(clear).length).toBeGreaterThan(100);
  expect(features.filter(clear)).toEqual(whole.features.filter(clear));
});

/** How many random areas are asked for. */
const areas = process.env['CAIRN_TEST_FULL'] === '1' ? 50 : 4;

test(
  'random areas have those buildings of the whole that lie in them, the same ones, whatever the block',
  async () => {
    const x = fc.integer({ min: 50, max: extent.width - 50 });
    const y = fc.integer({ min: 50, max: extent.height - 50 });
    const triangle = fc
      .tuple(x, y, x, y, x, y)
      .filter(([ax, ay, bx, by, cx, cy]) => Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) > 60_000);
    for (const [[ax, ay, bx, by, cx, cy], block] of fc.sample(
      fc.tuple(triangle, fc.constantFrom(512, 1024, 2048)),
      areas,
    )) {
      const corners: [number, number][] = [
        [ax, ay],
        [bx, by],
        [cx, cy],
      ];
      const aoi = polygon(corners);
      const { features } = await world.predict({ imagery: 'settlement', aoi }, block);
      const area = parseAoi(aoi);
      const turns = corners.map((corner, i) => ({ corner, to: corners[(i + 1) % 3]! }));
      const clear = (feature: Building): boolean => {
        const [mx, my] = middle(feature);
        return turns.every(({ corner: [px, py], to: [qx, qy] }) => {
          const across = (qx - px) * (my - py) - (qy - py) * (mx - px);
          return Math.abs(across) / Math.hypot(qx - px, qy - py) > 3;
        });
      };
      const within = (feature: Building): boolean => pointInAoi(area, ...lonLatOfPixel(reference, ...middle(feature)));
      const expected = whole.features.filter((feature) => clear(feature) && within(feature));
      expect(features.filter(clear), JSON.stringify({ corners, block })).toEqual(expected);
    }
  },
  areas * 30_000,
);

test('an area gets exactly those buildings of the whole whose middle lies in it, whole ones, and none inside its hole', async () => {
  const outer = box(200, 180, 900, 700);
  const hole = box(400, 300, 640, 560);
  const { features } = await world.predict({ imagery: 'settlement', aoi: polygon(outer, hole) });
  const inside = (at: [number, number], ring: [number, number][]): boolean =>
    at[0] > ring[0]![0] && at[0] < ring[2]![0] && at[1] > ring[0]![1] && at[1] < ring[2]![1];
  const clear = (at: [number, number]): boolean =>
    [outer, hole].every((ring) => ring.every(([x, y]) => Math.abs(at[0] - x) > 3 && Math.abs(at[1] - y) > 3));
  const due = whole.features.filter((feature) => {
    const at = middle(feature);
    return clear(at) && inside(at, outer) && !inside(at, hole);
  });
  expect(due.length).toBeGreaterThan(30);
  expect(features.filter((feature) => clear(middle(feature)))).toEqual(due);
  const ids = new Set(whole.features.map(({ id }) => id));
  expect(features.every(({ id }) => ids.has(id))).toBe(true);
});

test('two areas that share a border share no building and lose none', async () => {
  // Close to the edge of a block: some buildings of the right area begin in a block that it does not touch.
  const left = await world.predict({ imagery: 'settlement', aoi: polygon(box(-40, -40, 515, 1140)) });
  const right = await world.predict({ imagery: 'settlement', aoi: polygon(box(515, -40, 1340, 1140)) });
  const ids = [...left.features, ...right.features].map(({ id }) => id).sort();
  expect(ids).toEqual(whole.features.map(({ id }) => id));
});

test('the network is asked about the blocks of a slanting area, not about all of those around it', async () => {
  const ends: [number, number][] = [
    [20, 20],
    [60, 20],
    [1290, 1060],
    [1250, 1060],
  ];
  const { features } = await world.predict({ imagery: 'settlement', aoi: polygon(ends) });
  expect(features.length).toBeGreaterThan(5);
  const [pace] = await world.database.query<{ windows: number }>(
    'select windows from cairn.pace order by seq desc limit 1',
  );
  expect(pace!.windows).toBeLessThan(8);
});

test('an identical request is answered from what is stored, however its area is written', async () => {
  const ring = box(100, 100, 300, 300);
  expect(await world.stored({ imagery: 'settlement', aoi: polygon(ring) })).toBeNull();
  expect(await world.stored({ imagery: 'nowhere' })).toBeNull();
  const first = await world.predict({ imagery: 'settlement', aoi: polygon(ring) });
  const turned = polygon([...ring.slice(2), ...ring.slice(0, 2)].reverse());
  const again = await world.predict({ imagery: 'settlement', aoi: turned, minArea: 4 }, 1024);
  expect(again.result).toEqual({ ...first.result, stored: true });
  expect(await world.stored({ imagery: 'settlement', aoi: turned, minArea: 4 })).toEqual(again.result);
  const other = await world.predict({ imagery: 'settlement', aoi: polygon(ring), minArea: 100 });
  expect(other.result.stored).toBe(false);
  expect(other.features.length).toBeLessThan(first.features.length);
});

test('buildings get right angles unless one asks for none, and item and receipt say which', async () => {
  const aoi = polygon(box(150, 150, 700, 600));
  const square = await world.predict({ imagery: 'settlement', aoi });
  const other = await world.predict({ imagery: 'settlement', aoi, square: false });
  expect(other.features.length).toBe(square.features.length);
  const rightAngles = (features: Building[]): number => {
    const all = features.flatMap(cosines);
    return all.filter((cosine) => Math.abs(cosine) < 0.01).length / all.length;
  };
  expect(rightAngles(square.features)).toBeGreaterThan(0.95);
  expect(rightAngles(other.features)).toBeLessThan(0.8);
  for (const [{ result, text }, told] of [
    [square, true],
    [other, false],
  ] as const) {
    const item = await world.catalog.get('predictions', result.prediction);
    expect(item).toMatchObject({ properties: { 'cairn:parameters': { square: told } } });
    const verified = verifyFeatureCollection(text, { publicKeyPem: world.receipts.publicKeyPem });
    expect(verified.ok).toBe(true);
    const stated = world.receipts.get(world.database, result.receipt);
    expect(readStatement(openBundle(await stated).payload).predicate.facts['parameters']?.value).toMatchObject({
      square: told,
    });
  }
});

test('confidence goes by the calibration of the version, at the threshold that it was fitted for, and item and receipt say so', async () => {
  const aoi = polygon(box(150, 150, 500, 500));
  const plain = await world.predict({ imagery: 'settlement', aoi });
  const sure = await world.predict({ model: 'sure', imagery: 'settlement', aoi });
  const expected = plain.features.map(({ geometry, properties: { confidence } }) => {
    const logit = Math.log(confidence / (1 - confidence));
    return [JSON.stringify(geometry), 1 / (1 + Math.exp(-(sureness.slope * logit + sureness.intercept)))] as const;
  });
  const found = new Map(
    sure.features.map(({ geometry, properties }) => [JSON.stringify(geometry), properties.confidence]),
  );
  expect(found.size).toBe(plain.features.length);
  for (const [geometry, confidence] of expected) expect(found.get(geometry)).toBeCloseTo(confidence, 3);
  const other = await world.predict({ model: 'sure', imagery: 'settlement', aoi, threshold: 0.4 });
  const digest = (await world.versions.get('sure', 1)).files['calibration.json']!.digest;
  for (const [{ result, text }, told] of [
    [plain, 'none'],
    [sure, digest],
    [other, 'none'],
  ] as const) {
    const item = await world.catalog.get('predictions', result.prediction);
    expect(item).toMatchObject({ properties: { 'cairn:parameters': { calibration: told } } });
    expect(verifyFeatureCollection(text, { publicKeyPem: world.receipts.publicKeyPem }).ok).toBe(true);
  }
});

test('confidence is what the calibration of the package gives', () => {
  // As models/building-detector computes them.
  for (const [mean, confidence] of [
    [0.42, 0.0652],
    [0.75, 0.58],
    [0.899, 0.93133],
    [1, 1],
    [0, 0],
  ] as const)
    expect(plattConfidence(mean, { slope: 2.1006, intercept: -1.9849 })).toBeCloseTo(confidence, 4);
});

test('the result verifies with the public key alone, and not when a building was moved', () => {
  const publicKeyPem = world.receipts.publicKeyPem;
  const verified = verifyFeatureCollection(whole.text, { publicKeyPem });
  expect(verified.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(verified.ok).toBe(true);
  const changed = JSON.parse(whole.text) as { features: Building[] };
  changed.features[3]!.properties.confidence = 0.1234;
  const found = verifyFeatureCollection(JSON.stringify(changed), { publicKeyPem });
  expect(found.ok).toBe(false);
  expect(JSON.stringify(found.checks)).toContain(whole.features[3]!.id);
});

test('what of an area has no imagery is told by the item: how much, and which tiles of it the imagery lacks', async () => {
  expect(await world.catalog.get('predictions', whole.result.prediction)).toMatchObject({
    properties: {
      'cairn:missing_km2': expect.closeTo(extent.width * extent.height * 9e-8 - whole.result.areaKm2, 3) as number,
      'cairn:gaps': [],
    },
  });
  // Four columns, three rows, of 9 m each.
  const [x0, y0, zoom] = [3_093_520, 1_761_936, 22];
  const [west, , , north] = tileBounds({ x: x0, y: y0, z: zoom });
  const [, south, east] = tileBounds({ x: x0 + 3, y: y0 + 2, z: zoom });
  for (const [x, y] of [
    [0, 0],
    [2, 1],
    [3, 1],
  ] as const) {
    tileServer.will(`${zoom}/${x0 + x}/${y0 + y}`, answer(404));
  }
  const template = { href: tileServer.template, zoom, bbox: [west, south, east, north] };
  const label = { id: 'gappy', title: 'Tiles', licence: 'CC0-1.0', template };
  await world.addImagery.run(label, jobContext());
  const itemOf = async (aoi?: number[]) => {
    const { result } = await world.predict({ imagery: 'gappy', ...(aoi === undefined ? {} : { aoi }) });
    return (await world.catalog.get('predictions', result.prediction))['properties'] as Record<string, unknown>;
  };
  const tile = measure(
    [tileBounds({ x: x0, y: y0, z: zoom })].map(([w, s, e, n]) => [w, s, e, s, e, n, w, n].map(unitsOf)),
  );
  const first = { why: 'missing', zoom, row: y0, columns: [x0, x0] };
  const pair = { why: 'missing', zoom, row: y0 + 1, columns: [x0 + 2, x0 + 3] };
  expect(await itemOf()).toMatchObject({
    'cairn:missing_km2': expect.closeTo((3 * tile.area) / 1e6, 5) as number,
    'cairn:gaps': [first, pair],
  });
  const part = tileBounds({ x: x0 + 2, y: y0 + 1, z: zoom });
  expect(await itemOf([part[0] + 1e-6, part[1] + 1e-6, part[2] - 1e-6, north])).toMatchObject({ 'cairn:gaps': [pair] });
  const [, , farEast, farNorth] = tileBounds({ x: x0 + 1, y: y0 + 2, z: zoom });
  const sound = [west + 1e-6, south + 1e-6, farEast - 1e-6, farNorth - 1e-6];
  expect(await itemOf(sound)).toMatchObject({ 'cairn:missing_km2': 0, 'cairn:gaps': [] });
});

test('a prediction leaves an item that points to version and imagery, an event, and its file', async () => {
  const { prediction, receipt, digest } = whole.result;
  expect(await world.catalog.get('predictions', prediction)).toMatchObject({
    properties: { 'cairn:model': 'bright', 'cairn:version': 1, 'cairn:receipt': receipt },
    assets: { buildings: { 'file:checksum': `1220${digest.slice(7)}` } },
  });
  const events = await world.database.query<{ kind: string }>('select kind from cairn.event where subject = $1', [
    `prediction:${prediction}`,
  ]);
  expect(events).toEqual([{ kind: 'prediction.made' }]);
  const app = fastify();
  app.setErrorHandler((error, request, reply) => {
    answerProblem(error, request, reply);
  });
  await app.register(inferenceRoutes({ database: world.database, objects: world.objects }));
  const file = await app.inject(`/predictions/${prediction}/buildings.geojson`);
  expect(file.headers['content-type']).toBe('application/geo+json');
  expect(`sha256:${createHash('sha256').update(file.rawPayload).digest('hex')}`).toBe(digest);
  expect((await app.inject(`/predictions/${prediction}`)).json()).toMatchObject({
    version: 'bright/1',
    features: whole.features.length,
  });
  expect((await app.inject('/predictions?limit=1000')).json()).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: prediction }) as unknown]),
  );
  expect((await app.inject(`/predictions/${'0'.repeat(20)}`)).statusCode).toBe(404);
  await app.close();
});

test('a prediction can be had in every format, each of which verifies, and its item tells where', async () => {
  const { prediction, digest } = whole.result;
  const exporter = exportThread();
  const app = fastify();
  app.setErrorHandler((error, request, reply) => {
    answerProblem(error, request, reply);
  });
  const { database, objects, receipts } = world;
  await app.register(exportRoutes({ database, objects, exporter }));
  const item = await world.catalog.get('predictions', prediction);
  try {
    for (const format of FORMAT_NAMES) {
      const href = `/predictions/${prediction}/buildings.${format}`;
      expect(item['assets']).toMatchObject({ [format]: { href, type: FORMATS[format].mediaType } });
      const { headers, rawPayload } = await app.inject(href);
      expect(headers['content-type']).toBe(FORMATS[format].mediaType);
      const name = `settlement-bright-1-${prediction.slice(0, 8)}.${format}`;
      expect(headers['content-disposition']).toBe(`attachment; filename="${name}"`);
      const verdict = verifyFeatureCollection(await readExport(rawPayload), { publicKeyPem: receipts.publicKeyPem });
      expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([]);
      const again = await app.inject({ url: href, headers: { 'if-none-match': headers.etag! } });
      expect([again.statusCode, again.body]).toEqual([304, '']);
      const head = await app.inject({ url: href, method: 'HEAD' });
      expect([head.statusCode, head.headers.etag]).toEqual([200, headers.etag]);
    }
    expect((await app.inject(`/predictions/${prediction}/buildings.shp`)).statusCode).toBe(400);
    expect((await app.inject(`/predictions/${'0'.repeat(20)}/buildings.fgb`)).statusCode).toBe(404);
    // A reader that goes away ends the work, not the thread.
    (await exportStream(exporter, objects.path(digest), 'fgb')).destroy();
    expect((await app.inject(`/predictions/${prediction}/buildings.fgb`)).statusCode).toBe(200);
  } finally {
    await app.close();
    await exporter.close();
  }
});

test('a model server that is killed in the middle, and the next one as it starts, change nothing of the result', async () => {
  await world.add('settlement-killed', picture);
  const killed = new Set<number>();
  let isOver = false;
  const strike = async (): Promise<void> => {
    while (killed.size < 2 && !isOver) {
      const server = (await world.servers()).find((pid) => !killed.has(pid));
      if (server === undefined) await pause(5);
      else {
        killed.add(server);
        process.kill(server, 'SIGKILL');
      }
    }
  };
  let strikes: Promise<void> | undefined;
  const { features } = await world.predict({ imagery: 'settlement-killed' }, 512, {
    // One block is answered, and the others are not asked for yet.
    onProgress: (percent) => {
      if (percent > 10) strikes ??= strike();
    },
  });
  isOver = true;
  await strikes;
  expect(killed.size).toBe(2);
  expect(features).toEqual(whole.features);
});

test.each(['file', 'database'])(
  'buildings are told by the %s as they are found, once each, also where the job is interrupted and begins again',
  async (home) => {
    const jobId = `interrupted-${home}`;
    await world.add(`settlement-${jobId}`, picture);
    const { database, featureLogs: files } = world;
    const logs = (every: number): FeatureLogs =>
      home === 'file' ? files : new SharedFeatureLogs({ database, files, timing: { every, patience: 1000 } });
    const featureLogs = logs(10);
    const begin = async (attempt: number): Promise<Lease> => {
      const lease = { jobId, owner: 'a gateway', attempt };
      await database.query(
        `insert into cairn.job (id, process, inputs, inputs_digest, status, actor, attempt, lease_owner)
         values ($1, 'predict', '{}', $1, 'running', 'owner', $2, $3)
         on conflict (id) do update set attempt = excluded.attempt`,
        [jobId, attempt, lease.owner],
      );
      return lease;
    };
    const told: Building[] = [];
    let place: FeaturePlace | undefined;
    const read = async (): Promise<number> => {
      const piece = await featureLogs.read(jobId, place);
      if (piece !== null && place !== undefined) expect(piece.place.series).toBe(place.series);
      told.push(...(piece?.lines ?? []).map((line) => JSON.parse(line) as Building));
      place = piece?.place ?? place;
      return told.length;
    };
    const stop = new AbortController();
    const first = world.predict({ imagery: `settlement-${jobId}` }, 512, {
      lease: await begin(1),
      featureLogs,
      signal: stop.signal,
      onProgress: (percent) => {
        if (percent > 50) stop.abort(new HandedOver(jobId));
      },
    });
    await expect(first).rejects.toThrow('goes on without this gateway');
    const before = await read();
    expect(before).toBeGreaterThan(20);
    expect(before).toBeLessThan(whole.features.length);
    const lease = await begin(2);
    // Every building is told before the job says that it has ended, also where it is told late.
    await world.predict({ imagery: `settlement-${jobId}` }, 512, { lease, featureLogs: logs(60_000) });
    await read();
    expect(told).toHaveLength(whole.features.length);
    expect(told.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(whole.features);
  },
);

const bad: [string, string, unknown][] = [
  ['outside the imagery', 'aoi-outside-imagery', polygon(box(5000, 5000, 5100, 5100))],
  [
    'that crosses itself',
    'aoi-self-crossing',
    polygon([
      [100, 100],
      [300, 300],
      [300, 100],
      [100, 320],
    ]),
  ],
  ['across the antimeridian', 'aoi-antimeridian', [179, 27, -179, 28]],
  ['of zero area', 'aoi-zero-area', ring([85.991, 27.118], [85.992, 27.119], [85.993, 27.12])],
  ['with latitude first', 'aoi-coordinate-order', [27.1184, 85.9913, 27.1186, 85.9916]],
  ['larger than the limit', 'aoi-too-large', [85.9, 27, 86.1, 27.2]],
  ['that is a point', 'aoi-not-polygon', { type: 'Point', coordinates: [86, 27] }],
  ['that is no JSON', 'aoi-invalid-json', '{"type": "Polygon"'],
];

function ring(...points: [number, number][]): object {
  return { type: 'Polygon', coordinates: [[...points, points[0]]] };
}

test.each(bad)('an area %s is refused as %s, and nothing is left', async (_, code, aoi) => {
  const before = await counts();
  await expect(world.predict({ imagery: 'settlement', aoi })).rejects.toMatchObject({
    code,
    more: { where: expect.stringMatching(/^\/aoi/) as string, action: expect.stringMatching(/.{10}/) as string },
  });
  expect(await counts()).toEqual(before);
});

test('imagery that is not there, and a version that is not in production, are refused', async () => {
  await expect(world.predict({ imagery: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' });
  await world.propose('dim');
  const asked = world.predict({ imagery: 'settlement', model: 'dim/1' });
  await expect(asked).rejects.toMatchObject({ code: 'version-not-in-production' });
});

test('a prediction that is cancelled leaves nothing', async () => {
  const before = await counts();
  const stop = new AbortController();
  const asked = world.predict({ imagery: 'settlement', minArea: 5 }, 512, {
    signal: stop.signal,
    onProgress: (percent) => {
      if (percent > 20) stop.abort();
    },
  });
  await expect(asked).rejects.toThrow();
  expect(await counts()).toEqual(before);
});

test('weights that were changed in the store are not used', async () => {
  const { weights_digest: digest } = await world.versions.get('bright', 1);
  await world.backend.close();
  await chmod(world.objects.path(digest), 0o644);
  await appendFile(world.objects.path(digest), ' ');
  const before = await counts();
  await expect(world.predict({ imagery: 'settlement', minArea: 6 })).rejects.toMatchObject({
    code: 'weights-digest-mismatch',
  });
  expect(await counts()).toEqual(before);
});

async function counts(): Promise<unknown> {
  const rows = await world.database.query(
    `select (select count(*) from cairn.prediction) as predictions, (select count(*) from cairn.receipt) as receipts,
            (select count(*) from cairn.event) as events`,
  );
  const left = await readdir(join(world.home, 'jobs'), { recursive: true, withFileTypes: true });
  return { rows, files: left.filter((entry) => entry.isFile()) };
}
