import { lonLatOfPixel, crsOf, type Box } from '@cairn/geo';
import fastify, { type FastifyInstance } from 'fastify';
import type { Estimate } from '@cairn/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerProblem } from '../../src/errors.ts';
import { estimateRoutes } from '../../src/inference/estimate-routes.ts';
import { expectationOf, recordPace } from '../../src/inference/pace.ts';
import { distanceKm } from '../../src/inference/warnings.ts';
import { cogOf, place } from '../imagery/geotiff.ts';
import { extent, hasImagery, openWorld, settlement, type World } from './world.ts';

const reference = {
  crs: crsOf(`EPSG:${place.epsg}`),
  transform: [place.west, place.pixelWidth, 0, place.north, 0, -place.pixelHeight],
} as const;

let world: World;
let app: FastifyInstance;

beforeAll(async () => {
  world = await openWorld();
  await world.add('settlement', await settlement());
  app = fastify();
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply));
  const rates = { perHour: 3.6, perCpuHour: 0, currency: 'EUR' };
  await app.register(estimateRoutes({ ...world.predicting, database: world.database, rates }));
});
afterAll(async () => {
  await app.close();
  await world.close();
});

async function ask(inputs: object): Promise<{ status: number; json: Estimate & { code: string } }> {
  const payload = { inputs: { model: 'bright', imagery: 'settlement', ...inputs } };
  const answer = await app.inject({ method: 'POST', url: '/processes/predict/estimate', payload });
  return { status: answer.statusCode, json: answer.json() };
}

/** An area by pixels of the image. */
function area({ x0, y0, x1, y1 }: Box): object {
  const corners = [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
    [x0, y0],
  ] as const;
  return { type: 'Polygon', coordinates: [corners.map(([x, y]) => lonLatOfPixel(reference, x, y))] };
}

test('before anything ran it is a guess; afterwards it has learnt, knows the tiles, and a stored answer comes at once', async () => {
  // Its eastern third has no imagery.
  const grey = (x: number): readonly [number, number, number, number] => [40, 40, 40, x < 900 ? 255 : 0];
  await world.add('half', await cogOf(extent.width, extent.height, grey, { tile: 256 }));
  const { json: guess } = await ask({ imagery: 'half' });
  expect(guess).toMatchObject({ version: 'bright/1', stored: false, learnt: { from: 'nothing', runs: 0 } });
  expect(guess.range.to / guess.range.from).toBeGreaterThan(9);
  expect(await world.backend.status()).toEqual([]);

  await world.predict({ imagery: 'half' });
  const [{ windows }] = (await world.database.query<{ windows: number }>('select windows from cairn.pace')) as [
    { windows: number },
  ];
  expect(guess).toMatchObject({ tiles: windows, blocks: 9 });
  expect(windows).toBe(6);

  const { json: stored } = await ask({ imagery: 'half' });
  expect(stored).toMatchObject({ stored: true, learnt: { from: 'this-version', runs: 1 } });
  expect(stored.seconds).toBeLessThan(1);
  const { json: other } = await ask({ imagery: 'half', minArea: 7 });
  expect(other).toMatchObject({ stored: false, tiles: windows, money: { currency: 'EUR' } });
  expect(other.money!.amount).toBeCloseTo(other.seconds / 1000, 4);
});

test.each([
  ['a corner of a tile', { x0: 10, y0: 10, x1: 60, y1: 60 }],
  ['a strip over several blocks', { x0: 5, y0: 300, x1: 1200, y1: 330 }],
  ['an edge of what has imagery', { x0: 1000, y0: 900, x1: 1270, y1: 1030 }],
  ['most of the image', { x0: 100, y0: 100, x1: 1100, y1: 900 }],
  ['all of it', undefined],
])('tiles and blocks are those that the job works on: %s', async (_, box) => {
  const inputs = { imagery: 'settlement', minArea: 9, ...(box === undefined ? {} : { aoi: area(box) }) };
  const { json } = await ask(inputs);
  const told: string[] = [];
  await world.predict(inputs, 512, { onProgress: (_, words) => void told.push(words) });
  const [pace] = await world.database.query<{ windows: number }>(
    'select windows from cairn.pace order by seq desc limit 1',
  );
  expect({ tiles: json.tiles, blocks: json.blocks }).toEqual({
    tiles: pace!.windows,
    blocks: Number(/of (\d+) blocks/.exec(told.findLast((words) => words.includes(' blocks'))!)![1]),
  });
});

test('it tells what to know before: coarse imagery, a licence, ground without imagery, a far country', async () => {
  const { width, height } = extent;
  const picture = (x: number, y: number) => [40, 40, 40, hasImagery(x * 4, y * 4) ? 255 : 0] as const;
  const coarse = { ...place, pixelWidth: 0.6, pixelHeight: 0.6 };
  await world.add('coarse', await cogOf(width / 2, height / 2, picture, { tile: 256, reference: coarse }), {
    licence: 'CC-BY-NC-4.0',
  });
  const { json } = await ask({ imagery: 'coarse' });
  expect(json.warnings.map(({ code }) => code)).toEqual([
    'trained-on-generated',
    'resolution-differs',
    'licence',
    'no-imagery',
  ]);
  expect(json.warnings[1]!.words).toContain('0.60 m a pixel');

  await world.database.query(
    "update cairn.version set data = 'real', bbox = '{10,50,10.1,50.1}' where model = 'bright'",
  );
  const far = await ask({});
  expect(far.json.warnings[0]!.code).toBe('far-from-training');
  expect(far.json.warnings[0]!.words).toMatch(/ 7\d{3} km /);
  await world.database.query("update cairn.version set bbox = '{85,26,87,28}' where model = 'bright'");
  expect((await ask({})).json.warnings).toEqual([]);
});

test('what cannot be predicted is told as by the prediction', async () => {
  expect(await ask({ imagery: 'nowhere' })).toMatchObject({ status: 404 });
  expect(await ask({ aoi: [0, 0, 0.1, 0.1] })).toMatchObject({ status: 422, json: { code: 'aoi-outside-imagery' } });
  expect(await ask({ threshold: 7 })).toMatchObject({ status: 400, json: { code: 'input-invalid' } });
  expect(await ask({ aoi: area({ x0: 10, y0: 10, x1: 200, y1: 200 }) })).toMatchObject({
    status: 200,
    json: { blocks: 1, tiles: 1 },
  });
});

test('runs of one size tell how long others take, with and without a start, and the newest runs count most', async () => {
  const { database } = world;
  /** A machine so many times slower; nothing but steady windows is told of by the steady part. */
  const taken = (windows: number, ready: boolean, times: number): number =>
    times * (0.6 + (ready ? 0 : 0.4) + windows * 0.21);
  const run = (weights: string, windows: number, ready: boolean, times: number): Promise<void> =>
    recordPace(database, weights, {
      ready,
      windows,
      seconds: taken(windows, ready, times),
      steadyWindows: windows - 4,
      steadySeconds: (windows - 4) * 0.2 * times,
    });
  const off = async (weights: string, windows: number, ready: boolean, times: number): Promise<number> => {
    const { otherSeconds, secondsAWindow } = await expectationOf(database, weights, ready);
    return Math.abs((otherSeconds + windows * secondsAWindow) / taken(windows, ready, times) - 1);
  };
  await run('single', 4, false, 1);
  for (const windows of [4, 24, 600]) expect(await off('single', windows, false, 1), `${windows}`).toBeLessThan(0.3);
  await run('one', 16, false, 2);
  expect(await expectationOf(database, 'one', false)).toMatchObject({ from: 'this-version', runs: 1 });
  for (const windows of [4, 16, 24, 64, 600])
    expect(await off('one', windows, false, 2), `${windows}`).toBeLessThan(0.3);
  for (const [windows, ready] of [
    [4, true],
    [64, true],
    [16, false],
    [4, true],
    [144, false],
  ] as const) {
    await run('some', windows, ready, 2);
  }
  for (const windows of [4, 16, 24, 64, 600]) {
    for (const ready of [true, false]) expect(await off('some', windows, ready, 2), `${windows}`).toBeLessThan(0.3);
  }
  expect((await expectationOf(database, 'another', true)).from).toBe('other-versions');
  for (let i = 0; i < 12; i++) await run('some', 64, true, 4);
  expect(await off('some', 64, true, 4)).toBeLessThan(0.1);
});

test('the distance to the training is that of the nearest points, on the globe', () => {
  expect(distanceKm([0, 0, 1, 1], [0.5, 0.5, 2, 2])).toBe(0);
  expect(distanceKm([0, 0, 1, 1], [2, 0, 3, 1])).toBeCloseTo(111.3, 0);
  expect(distanceKm([0, 60, 1, 61], [2, 60, 3, 61])).toBeCloseTo(55.8, 0);
  expect(distanceKm([0, 0, 1, 1], [-1, 2, 0.5, 3])).toBeCloseTo(110.6, 0);
});
