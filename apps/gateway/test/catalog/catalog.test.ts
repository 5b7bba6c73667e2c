import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.ts';
import type { Link, StacItem } from '../../src/catalog/item.ts';
import { catalogRoutes } from '../../src/catalog/routes.ts';
import { validateItem } from '../../src/catalog/validate.ts';
import { startIdentity } from '../identity/gateway.ts';
import { image, model } from './items.ts';

let gateway: Awaited<ReturnType<typeof startIdentity>>;
let catalog: Catalog;
beforeAll(async () => {
  gateway = await startIdentity((database) => {
    catalog = new Catalog({ database });
    return [catalogRoutes({ catalog })];
  });
  await catalog.prepare();
  await gateway.database.transaction(async (tx) => {
    await catalog.upsert(tx, model('detector'));
    for (const [i, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      const properties = { title: id, datetime: `2026-01-0${i + 1}T00:00:00Z`, license: 'CC0-1.0' };
      await catalog.upsert(tx, image(id, i * 10, { properties }));
    }
  });
});
afterAll(() => gateway.close());

interface Answer {
  features: StacItem[];
  links: Link[];
  collections: { id: string; extent: object }[];
  conformsTo: string[];
  code: string;
  where: string;
  extent: { spatial: { bbox: number[][] }; temporal: { interval: string[][] } };
}
async function ask(url: string, body?: object) {
  const answer = await gateway.app.inject({
    method: body === undefined ? 'GET' : 'POST',
    url,
    headers: { host: 'localhost:8080', authorization: `Bearer ${gateway.token}` },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: answer.statusCode, type: answer.headers['content-type'], json: answer.json<Answer>() };
}
const ids = ({ json }: { json: Answer }) => json.features.map(({ id }) => id);

describe('the catalogue', () => {
  test('gives an item back as it was written, valid still', async () => {
    const written = model('detector');
    const held = await catalog.get('models', 'detector');
    expect(held).toEqual(written);
    validateItem(held);
  });

  test('puts an item in the place of one with its id', async () => {
    const { database } = gateway;
    await database.transaction((tx) => catalog.upsert(tx, image('again', 1)));
    await database.transaction((tx) => catalog.upsert(tx, image('again', 2)));
    expect((await catalog.get('imagery', 'again'))['bbox']).toEqual([2, 0, 3, 1]);
    await database.transaction((tx) => catalog.remove(tx, 'imagery', 'again'));
    await expect(catalog.get('imagery', 'again')).rejects.toMatchObject({ code: 'not-found' });
    const twice = database.transaction((tx) => catalog.remove(tx, 'imagery', 'again'));
    await expect(twice).rejects.toMatchObject({ code: 'not-found' });
  });

  test('holds nothing of an item whose transaction failed', async () => {
    const failing = gateway.database.transaction(async (tx) => {
      await catalog.upsert(tx, image('half'));
      throw new Error('the step after it failed');
    });
    await expect(failing).rejects.toThrow('after it failed');
    await expect(catalog.get('imagery', 'half')).rejects.toMatchObject({ code: 'not-found' });
    expect((await catalog.items('imagery')).features.map(({ id }) => id)).not.toContain('half');
  });

  test.each([
    ['of no collection', image('x', 0, { collection: 'nowhere' }), '/collection'],
    ['without a place', image('x', 0, { geometry: null, bbox: undefined }), '/geometry'],
    ['that is not valid', image('x', 0, { bbox: [] }), '/bbox'],
    ['with a character that no database holds', image('x\u0000'), '/'],
  ])('refuses an item %s', async (_words, item, where) => {
    const { bbox, ...rest } = item;
    const sent = bbox === undefined ? rest : item;
    const writing = gateway.database.transaction((tx) => catalog.upsert(tx, sent));
    await expect(writing).rejects.toMatchObject({ code: 'item-invalid', more: { where } });
  });

  test('is left as it is by a second start', async () => {
    const before = await gateway.database.query('select xmin, id from pgstac.collections order by id');
    await catalog.prepare();
    expect(await gateway.database.query('select xmin, id from pgstac.collections order by id')).toEqual(before);
    expect(before).toHaveLength(5);
  });

  test('searches as a role that may only read, and leaves the connection as it was', async () => {
    await catalog.search({ collections: ['imagery'] });
    const [row] = await gateway.database.query(
      `select current_user, current_setting('pgstac.readonly', true) as readonly, (select count(*) from searches) as kept`,
    );
    expect(row).toEqual({ current_user: 'postgres', readonly: '', kept: 0 });
  });
});

describe('the STAC API', () => {
  test('is for those who are signed in', async () => {
    expect((await gateway.app.inject({ url: '/stac', headers: { host: 'localhost' } })).statusCode).toBe(401);
  });

  test('leads from the landing page to every collection, each link absolute and answered', async () => {
    const { json } = await ask('/stac');
    expect(json.conformsTo).toEqual((await ask('/stac/conformance')).json.conformsTo);
    const children = json.links.filter(({ rel }) => rel === 'child' || rel === 'data' || rel === 'conformance');
    expect(children).toHaveLength(7);
    for (const { href } of json.links) {
      expect(href).toMatch(/^http:\/\/localhost:8080\//);
      expect((await ask(new URL(href).pathname)).status).toBe(200);
    }
    const { collections } = (await ask('/stac/collections')).json;
    expect(collections.map(({ id }) => id)).toEqual(['datasets', 'imagery', 'models', 'predictions', 'versions']);
  });

  test('tells the extent of a collection from its items, and the whole world of an empty one', async () => {
    const { extent } = (await ask('/stac/collections/imagery')).json;
    expect(extent.spatial.bbox).toEqual([[0, 0, 41, 1]]);
    expect(extent.temporal.interval).toEqual([['2026-01-01T00:00:00+00:00', '2026-01-05T00:00:00+00:00']]);
    expect((await ask('/stac/collections/predictions')).json.extent).toEqual({
      spatial: { bbox: [[-180, -90, 180, 90]] },
      temporal: { interval: [[null, null]] },
    });
    expect(await ask('/stac/collections/nowhere')).toMatchObject({ status: 404, json: { code: 'not-found' } });
  });

  test('gives an item absolute links, its own addresses too', async () => {
    const { json, type } = await ask('/stac/collections/imagery/items/a');
    const item = json as unknown as StacItem & { links: Link[]; assets: Record<string, Link> };
    expect(type).toContain('application/geo+json');
    expect(item.links.map(({ rel }) => rel)).toEqual(['self', 'root', 'parent', 'collection', 'derived_from']);
    expect(item.links[0]?.href).toBe('http://localhost:8080/stac/collections/imagery/items/a');
    expect(item.links[4]?.href).toBe('http://localhost:8080/stac/collections/models/items/m');
    expect(item.assets['image']?.href).toBe('http://localhost:8080/imagery/a/image.tif');
    validateItem(item);
    expect(await ask('/stac/collections/imagery/items/zzz')).toMatchObject({ status: 404 });
  });

  test('pages through all items once, forth and back', async () => {
    const seen: string[] = [];
    let page = await ask('/stac/collections/imagery/items?limit=2');
    const first = ids(page);
    for (;;) {
      seen.push(...ids(page));
      const next = page.json.links.find(({ rel }) => rel === 'next');
      if (next === undefined) break;
      page = await ask(next.href.replace('http://localhost:8080', ''));
    }
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
    let back = page;
    for (let prev; (prev = back.json.links.find(({ rel }) => rel === 'prev')) !== undefined;) {
      back = await ask(prev.href.replace('http://localhost:8080', ''));
    }
    expect(ids(back)).toEqual(first);
  });

  test('pages through a search by the body of its next link', async () => {
    const page = await ask('/stac/search', {
      collections: ['imagery'],
      limit: 4,
      sortby: [{ field: 'id', direction: 'asc' }],
    });
    expect(ids(page)).toEqual(['a', 'b', 'c', 'd']);
    const next = page.json.links.find(({ rel }) => rel === 'next');
    expect(next).toMatchObject({ method: 'POST', href: 'http://localhost:8080/stac/search' });
    expect(ids(await ask('/stac/search', next?.body))).toEqual(['e']);
  });

  test.each([
    ['bbox=9,0,21.5,1&collections=imagery', ['c', 'b']],
    ['bbox=9,0,-50,21.5,1,9000&collections=imagery', ['c', 'b']],
    ['ids=a,e', ['e', 'a']],
    ['limit=1000000&collections=models', ['detector']],
    ['datetime=2026-01-04T00:00:00Z/..&collections=imagery', ['e', 'd']],
    ['datetime=2026-01-02T00:00:00Z&collections=imagery', ['b']],
    ['collections=predictions', []],
    ['collections=models', ['detector']],
    ['collections=imagery&sortby=-id&limit=2', ['e', 'd']],
    ['collections=imagery&sortby=%2Bid&limit=2', ['a', 'b']],
    [`collections=imagery&intersects=${encodeURIComponent('{"type":"Point","coordinates":[20.5,0.5]}')}`, ['c']],
  ])('finds by %s', async (query, found) => {
    const answer = await ask(`/stac/search?${query}`);
    expect([answer.status, ids(answer)]).toEqual([200, found]);
  });

  test.each([
    ['bbox=1,2,3'],
    ['bbox=a,b,c,d'],
    ['bbox=0,5,1,1'],
    ['bbox=0,0,1,1&intersects={"type":"Point","coordinates":[0,0]}'],
    ['intersects=nonsense'],
    ['intersects={"type":"Nonsense"}'],
    ['intersects={"type":"Point","coordinates":["x"]}'],
    ['datetime=yesterday'],
    ['datetime=2026-13-01T00:00:00Z'],
    ['datetime=2026-01-02T00:00:00Z/2026-01-01T00:00:00Z/..'],
    ['limit=0'],
    ['limit=many'],
    ['token=nonsense'],
    ['token=next:imagery:gone'],
    ['sortby=id;drop'],
    ['colections=imagery'],
    ['ids=%00'],
  ])('answers %s as bad input', async (query) => {
    expect(await ask(`/stac/search?${query}`)).toMatchObject({ status: 400, json: { code: 'input-invalid' } });
  });

  test('takes quotes and patterns in a search as plain text', async () => {
    for (const word of [`'; drop table pgstac.items; --`, '%', '_', `a' or 'a'='a`, '$$', '\\']) {
      expect(ids(await ask('/stac/search', { ids: [word] }))).toEqual([]);
      expect(ids(await ask('/stac/search', { collections: [word] }))).toEqual([]);
    }
    expect(ids(await ask('/stac/search', { collections: ['imagery'] }))).toHaveLength(5);
  });
});
