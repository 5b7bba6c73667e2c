import { type CairnError, toIdentifier } from '@cairn/contracts';
import { expect, test } from 'vitest';
import { isTileAddress, readTiles } from '../src/tiles.ts';

const href = 'https://tiles.example.org/{z}/{x}/{y}.png?key=SECRET';

test('map tiles are told from files, and named by host, zoom and area without their key', () => {
  expect([isTileAddress(href), isTileAddress('chips/https')]).toEqual([true, false]);
  const { template, name, title } = readTiles(href, { bbox: '-70.1, 18.4,-70,18.5', zoom: 17 });
  expect(template).toEqual({ href, zoom: 17, bbox: [-70.1, 18.4, -70, 18.5] });
  expect(toIdentifier(name)).toBe('tiles.example.org-z17--70.1_18.4_-70_18.5');
  expect(name + title).not.toContain('SECRET');
});

test('tiles of WMTS and of servers side by side are named by their host too', () => {
  const area = { bbox: '1,2,3,4', zoom: 17, skipFaulty: true };
  const wmts = 'https://wmts.example.org/ortho/{TileMatrix}/{TileRow}/{TileCol}.jpg';
  expect(readTiles(wmts, area)).toMatchObject({
    template: { href: wmts, skipFaulty: true },
    name: expect.stringMatching(/^wmts\.example\.org-z17/) as string,
  });
  expect(readTiles('https://{switch:a,b}.example.org/{zoom}/{x}/{y}', area).title).toBe('a.example.org, zoom 17');
});

test.each<[string, { bbox?: string; zoom?: number }, string]>([
  [href, { zoom: 17 }, '--bbox'],
  [href, { bbox: '1,2,3,4' }, '--zoom'],
  [href, { bbox: '1,2,3', zoom: 17 }, '--bbox'],
  [href, { bbox: '1,2,,4', zoom: 17 }, '--bbox'],
  [href, { bbox: '1,2,3,4', zoom: 17.5 }, '--zoom'],
  [href, { bbox: '1,2,3,4', zoom: 24 }, '--zoom'],
  ['https://tiles.example.org/image.tif?key=SECRET', { bbox: '1,2,3,4', zoom: 17 }, 'address'],
])('map tiles %s with %j are refused at %s, with what to do', (address, options, where) => {
  let thrown: unknown;
  try {
    readTiles(address, options);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: 'input-invalid', more: { where, action: expect.any(String) as string } });
  const { message, more } = thrown as CairnError;
  expect(JSON.stringify([message, more])).not.toContain('SECRET');
});
