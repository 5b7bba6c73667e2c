import { type CairnError, toIdentifier } from '@cairn/contracts';
import { expect, test } from 'vitest';
import { isAddress, readRemoteImage } from '../src/remote-image.ts';
import { isTileAddress, readTiles } from '../src/tiles.ts';

const href = 'https://tiles.example.org/{z}/{x}/{y}.png?key=SECRET';

test('map tiles are told from files, and named by host, zoom and area without their key', () => {
  expect([isTileAddress(href), isTileAddress('chips/https')]).toEqual([true, false]);
  const { template, name, title } = readTiles(href, { bbox: '-70.1, 18.4,-70,18.5', zoom: 17 });
  expect(template).toEqual({ href, zoom: 17, bbox: [-70.1, 18.4, -70, 18.5] });
  expect(toIdentifier(name)).toBe('tiles.example.org-z17--70.1_18.4_-70_18.5');
  expect(name + title).not.toContain('SECRET');
});

test('an image behind an address is told from tiles and files, and named by its file without its key', () => {
  const image = 'https://data.example.org/flights/town-3.tif?signature=SECRET';
  expect([image, href, 'town-3.tif', 's3://flights/town-3.tif'].map(isTileAddress)).toEqual([
    false,
    true,
    false,
    false,
  ]);
  expect([image, 'town-3.tif', 's3://flights/town-3.tif'].map(isAddress)).toEqual([true, false, true]);
  expect(readRemoteImage(image, {})).toEqual({ remote: { href: image }, name: 'town-3', title: 'town-3.tif' });
  expect(readRemoteImage(image, { bbox: '1,2,3,4' })).toMatchObject({
    remote: { bbox: [1, 2, 3, 4] },
    name: 'town-3-1_2_3_4',
  });
  expect(() => readRemoteImage(image, { zoom: 17 })).toThrow('neither that of an image nor');
  expect(() => readRemoteImage(image, { bbox: '1,2' })).toThrow('is no area');
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
