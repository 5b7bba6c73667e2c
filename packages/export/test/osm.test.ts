import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import type { Ring } from '../src/index.ts';
import { building, bytesOf, prediction } from './prediction.ts';

/** The elements of a file: name, attributes, and what stands in them. */
interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
}

function parsed(bytes: Uint8Array): Element {
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes, children: [] };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.write(new TextDecoder().decode(bytes)).close();
  return root.children[0]!;
}

const square = (x: number, y: number, size: number): Ring => [
  [x, y],
  [x + size, y],
  [x + size, y + size],
  [x, y + size],
  [x, y],
];
const tags = ({ children }: Element): Record<string, string> =>
  Object.fromEntries(
    children.filter(({ name }) => name === 'tag').map(({ attributes: { k, v } }) => [k!, v!] as [string, string]),
  );

test('houses in a row share the nodes of their wall, and a courtyard is an inner ring', async () => {
  const house = building({ type: 'Polygon', coordinates: [square(86, 27, 0.25)] }, { class: 'building' });
  const courtyard = [square(86.25, 27, 0.25), square(86.3125, 27.0625, 0.125).reverse()];
  const neighbour = building({ type: 'Polygon', coordinates: courtyard }, { class: 'building', note: 'a "b" <c>\n&' });
  const osm = parsed(await bytesOf(prediction([house, neighbour]), 'osm'));
  expect(osm.attributes).toMatchObject({ version: '0.6', generator: 'Cairn', upload: 'false' });
  const named = (name: string): Element[] => osm.children.filter((one) => one.name === name);
  expect(named('bounds')[0]!.attributes).toMatchObject({ minlon: '86', minlat: '27', maxlon: '86.5', maxlat: '27.25' });
  const [nodes, ways, relations] = [named('node'), named('way'), named('relation')];
  expect([nodes.length, ways.length, relations.length]).toEqual([6 + 4, 3, 1]);
  const ids = [...nodes, ...ways, ...relations].map(({ attributes }) => Number(attributes['id']));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => id < 0)).toBe(true);
  const refs = ({ children }: Element): string[] =>
    children.filter(({ name }) => name === 'nd').map(({ attributes }) => attributes['ref']!);
  expect(refs(ways[0]!).filter((ref) => refs(ways[1]!).includes(ref))).toHaveLength(2);
  expect(ways.every((way) => refs(way).at(0) === refs(way).at(-1))).toBe(true);
  expect(tags(ways[0]!)).toMatchObject({
    building: 'yes',
    source: 'Cairn building-detector/7 (found by a machine, not reviewed)',
    'source:model': 'building-detector/7',
    'source:receipt': expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    'source:id': house.id,
  });
  expect([tags(ways[1]!), tags(ways[2]!)]).toEqual([{}, {}]);
  expect(tags(relations[0]!)).toMatchObject({ type: 'multipolygon', building: 'yes', 'cairn:note': 'a "b" <c>\n&' });
  const members = relations[0]!.children.filter(({ name }) => name === 'member').map(({ attributes }) => attributes);
  expect(members).toEqual([
    { type: 'way', ref: ways[1]!.attributes['id'], role: 'outer' },
    { type: 'way', ref: ways[2]!.attributes['id'], role: 'inner' },
  ]);
});

test('what is no building is not tagged as one, and values keep their type', async () => {
  const field = building(
    { type: 'Polygon', coordinates: [square(86, 27, 0.25)] },
    { class: 'field', number: 12, text: '12', control: '\u0001\ufffe', list: ['a'] },
  );
  const [way] = parsed(await bytesOf(prediction([field]), 'osm')).children.filter(({ name }) => name === 'way');
  expect(tags(way!)).toMatchObject({
    area: 'yes',
    'cairn:class': 'field',
    'cairn:number': '12',
    'cairn:text': '"12"',
    'cairn:control': '"\\u0001\\ufffe"',
    'cairn:list': '["a"]',
  });
  expect(tags(way!)).not.toHaveProperty('building');
});
