import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReviewList } from '@cairn/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertPrediction } from '../../src/inference/prediction-row.ts';
import { Reviews } from '../../src/review/reviews.ts';
import { reviewRoutes } from '../../src/review/routes.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { startIdentity } from '../identity/gateway.ts';

const id = 'ab'.repeat(10);
const square = (west: number) => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, 27],
      [west + 0.001, 27],
      [west + 0.001, 27.001],
      [west, 27.001],
      [west, 27],
    ],
  ],
});
/** The same corners in an order by which the outline crosses itself. */
const crossed = { type: 'Polygon', coordinates: square(85).coordinates.map(([a, b, c, d]) => [a, c, b, d, a]) };
/** Wide enough that a stream does not read the file at once. */
const features = Array.from({ length: 2000 }, (_, place) => ({
  type: 'Feature',
  id: (place + 1).toString(16).padStart(20, '0'),
  geometry: square(85 + place / 100),
  properties: { class: 'building', confidence: 0.9, area_m2: 1 },
}));
const geojson = `{"type":"FeatureCollection","features":[\n${features.map((one) => JSON.stringify(one)).join(',\n')}\n],"model":"roofs/1"}\n`;

let gateway: Awaited<ReturnType<typeof startIdentity>>;
let reviews: Reviews;
let root = '';
let file = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cairn-objects-'));
  const objects = new ObjectStore({ root });
  gateway = await startIdentity((database) => [
    reviewRoutes({ reviews: (reviews = new Reviews({ database, objects })) }),
  ]);
  const { digest } = await objects.put(Buffer.from(geojson));
  file = objects.path(digest);
  const asked = { id, request_digest: digest, model: 'roofs', version: 1, imagery: 'town', asked: null };
  const found = { geojson_digest: digest, features: features.length, area_km2: 1, seconds: 1 };
  await insertPrediction(gateway.database, { ...asked, ...found, receipt: digest, actor: 'owner' });
});
afterAll(async () => {
  await gateway.close();
  await rm(root, { recursive: true });
});

function ask(method: 'GET' | 'PUT' | 'DELETE', path: string, payload?: object) {
  const headers = { host: '127.0.0.1', authorization: `Bearer ${gateway.token}` };
  const url = `/predictions/${id}/${path}`;
  return gateway.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
}
const idAt = (place: number) => features[place]!.id;
const say = (place: number, change: object) => ask('PUT', `reviews/${idAt(place)}`, change);
const codeOf = (answer: Awaited<ReturnType<typeof ask>>) => [answer.statusCode, answer.json<{ code: string }>().code];

function timesOpen(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false;
    }
  }).length;
}

test('what was said of buildings is listed, and the reviewed file follows it', async () => {
  const outline = square(20);
  const told = [await say(0, { verdict: 'accepted' }), await say(1, { verdict: 'rejected' })];
  told.push(await say(2, { verdict: 'fixed', geometry: outline }), await say(3, { verdict: 'rejected' }));
  expect(told.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
  expect((await ask('DELETE', `reviews/${idAt(3)}`)).statusCode).toBe(204);
  const list = (await ask('GET', 'reviews')).json<ReviewList>();
  expect(list.reviews.map(({ feature, verdict, actor }) => [feature, verdict, actor])).toEqual([
    [idAt(0), 'accepted', 'owner'],
    [idAt(1), 'rejected', 'owner'],
    [idAt(2), 'fixed', 'owner'],
  ]);
  const reviewed = (await ask('GET', 'reviewed.geojson')).json<{ features: typeof features; prediction: string }>();
  expect(reviewed).toMatchObject({ prediction: id, model: 'roofs/1' });
  expect(reviewed.features).toHaveLength(features.length - 1);
  expect(reviewed.features[0]!.properties).toEqual({
    ...features[0]!.properties,
    review: 'accepted',
    reviewed_by: 'owner',
  });
  expect(reviewed.features[1]).toMatchObject({ id: idAt(2), geometry: outline, properties: { review: 'fixed' } });
  expect(reviewed.features[1]!.properties.area_m2).toBeGreaterThan(10_000);
  expect(reviewed.features[2]).toEqual(features[3]);
});

test.each<[string, number, object, [number, string]]>([
  ['an outline of what is accepted', 0, { verdict: 'accepted', geometry: square(20) }, [400, 'input-invalid']],
  ['no outline of what is fixed', 0, { verdict: 'fixed' }, [400, 'input-invalid']],
  ['an outline beyond the earth', 0, { verdict: 'fixed', geometry: square(200) }, [422, 'outline-invalid']],
  ['an outline that crosses itself', 0, { verdict: 'fixed', geometry: crossed }, [422, 'outline-invalid']],
  ['an unknown verdict', 0, { verdict: 'perhaps' }, [400, 'input-invalid']],
])('%s is refused, and nothing is said', async (_name, place, change, refusal) => {
  const before = (await ask('GET', 'reviews')).body;
  expect(codeOf(await say(place, change))).toEqual(refusal);
  expect((await ask('GET', 'reviews')).body).toBe(before);
});

test('a building that the prediction does not have is named', async () => {
  expect(codeOf(await ask('PUT', `reviews/${'01'.repeat(10)}`, { verdict: 'accepted' }))).toEqual([404, 'not-found']);
});

test.each([0, 1])('the file is closed again where its reader goes after %i pieces', async (pieces) => {
  const collection = await reviews.collection(id);
  await expect.poll(timesOpen).toBe(1);
  const iterator = collection[Symbol.asyncIterator]();
  for (let i = 0; i < pieces; i++) await iterator.next();
  collection.destroy();
  await expect.poll(timesOpen).toBe(0);
});
