import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { CairnError } from '@cairn/contracts';
import { describe, expect, it } from 'vitest';
import { convertOsm } from '../../src/data/osm/outlines.ts';
import { temporaryFolder } from '../db/template.ts';

/** Nodes of a grid: the id 100 · column + row lies at 85.52 + column, 27.63 + row, in steps of 1e-4 degree. */
const node = (id: number): string =>
  `<node id="${id}" lat="${(27.63 + (id % 100) / 1e4).toFixed(7)}" lon="${(85.52 + Math.floor(id / 100) / 1e4).toFixed(7)}"/>`;
const nodes = Array.from({ length: 100 }, (_, at) => node(100 * (1 + Math.floor(at / 10)) + (at % 10))).join('\n');
const tags = (given: Record<string, string>): string =>
  Object.entries(given)
    .map(([k, v]) => `<tag k="${k}" v="${v}"/>`)
    .join('');
const way = (id: number, refs: number[], given: Record<string, string> = {}, more = ''): string =>
  `<way id="${id}" ${more}>${refs.map((ref) => `<nd ref="${ref}"/>`).join('')}${tags(given)}</way>`;
const relation = (id: number, members: [way: number, role: string][], given: Record<string, string>): string =>
  `<relation id="${id}">${members.map(([ref, role]) => `<member type="way" ref="${ref}" role="${role}"/>`).join('')}${tags(given)}</relation>`;
const multipolygon = { type: 'multipolygon', building: 'yes' };
const osm = (...elements: string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="JOSM">\n${elements.join('\n')}\n</osm>\n`;

interface Feature {
  properties: { osm_type: string; osm_id: number; building: string };
  geometry: { type: string; coordinates: number[][][] };
}

async function convert(text: string | Buffer) {
  const file = join(await temporaryFolder(), 'labels.osm');
  await writeFile(file, text);
  const { geojson, warnings } = await convertOsm(file);
  return { geojson, warnings, features: (JSON.parse(geojson) as { features: Feature[] }).features };
}

const square = (at: number): number[] => [at, at + 100, at + 101, at + 1, at];

describe('OSM XML becomes outlines', () => {
  it('of closed ways with building=*, and of nothing else', async () => {
    const { features, warnings } = await convert(
      osm(
        nodes,
        way(7, square(100), { building: 'house', name: 'Å & B'.replace('&', '&amp;') }),
        way(8, square(300), { highway: 'service' }),
        way(9, square(500), { building: 'no' }),
        way(10, square(700), { building: 'yes' }, 'action="delete"'),
        way(-3, square(105), { building: 'yes' }, 'action="modify"'),
      ),
    );
    expect(features.map(({ properties }) => properties)).toEqual([
      { osm_type: 'way', osm_id: -3, building: 'yes' },
      { osm_type: 'way', osm_id: 7, building: 'house' },
    ]);
    expect(features[1]!.geometry.coordinates).toEqual([
      [
        [85.5201, 27.63],
        [85.5202, 27.63],
        [85.5202, 27.6301],
        [85.5201, 27.6301],
        [85.5201, 27.63],
      ],
    ]);
    expect(warnings).toEqual([]);
  });

  it('of multipolygons, joined from the ways of their rings, with their holes', async () => {
    const { features, warnings } = await convert(
      osm(
        nodes,
        // Two halves of an outer ring, one of them the other way round, and a hole that is a building of its own.
        way(1, [100, 500, 505]),
        way(2, [100, 105, 505]),
        way(3, [202, 302, 303, 203, 202], { building: 'shed' }),
        // A second outer ring, tagged itself as old data is.
        way(4, square(700), { building: 'yes' }),
        relation(
          20,
          [
            [1, 'outer'],
            [2, 'outer'],
            [3, 'inner'],
            [4, 'outer'],
          ],
          multipolygon,
        ),
      ),
    );
    expect(features.map(({ properties: { osm_type, osm_id } }) => `${osm_type}/${osm_id}`)).toEqual([
      'way/3',
      'relation/20',
    ]);
    const { geometry } = features[1]!;
    expect(geometry.type).toBe('MultiPolygon');
    expect(
      (geometry.coordinates as unknown as number[][][][]).map((polygon) => polygon.map((ring) => ring.length)),
    ).toEqual([[5, 5], [5]]);
    expect(warnings).toEqual([]);
  });

  it('whose bytes do not depend on the order of the file', async () => {
    const elements = [way(1, square(100), { building: 'a' }), way(2, square(300), { building: 'b' }), nodes];
    const { geojson } = await convert(osm(...elements));
    expect((await convert(osm(...elements.reverse()))).geojson).toBe(geojson);
  });

  it('and tells by id what is not whole or comes twice', async () => {
    const { features, warnings } = await convert(
      osm(
        nodes,
        way(1, square(100), { building: 'yes' }),
        way(2, [300, 400, 401, 301], { building: 'yes' }),
        way(3, [500, 600, 9999, 500], { building: 'yes' }),
        way(4, [...square(100)].reverse(), { building: 'yes' }),
        relation(20, [[77, 'outer']], multipolygon),
        relation(
          21,
          [
            [1, 'outer'],
            [78, 'inner'],
          ],
          multipolygon,
        ),
      ),
    );
    expect(features.map(({ properties }) => properties.osm_id)).toEqual([4]);
    expect(warnings.map(({ kind, count, where }) => [kind, count, where])).toEqual([
      ['osm-incomplete', 4, ['relation/20', 'relation/21', 'way/2', 'way/3']],
      ['osm-twice', 1, ['relation/21']],
    ]);
  });
});

describe('OSM XML is refused', () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
    <osm><way id="1"><tag k="building" v="&b;"/></way></osm>`;
  it.each<[string, string | Buffer, string]>([
    ['that is cut off', osm(nodes).slice(0, 300), 'labels.osm:'],
    ['that is another XML', '<gpx></gpx>', 'labels.osm'],
    ['that is no XML', '{"type": "FeatureCollection"}', 'labels.osm:1:'],
    ['that is not UTF-8', Buffer.from([0x3c, 0x6f, 0x73, 0x6d, 0xff, 0xfe]), 'labels.osm'],
    ['with names that a document type defines', bomb, 'labels.osm:2:'],
    ['with a node off the globe', osm('<node id="5" lat="2763" lon="85"/>'), 'labels.osm#node/5'],
    ['with an id that is no number', osm('<way id="1e9"/>'), 'labels.osm'],
    ['without a building', osm(nodes, way(1, square(100), { highway: 'path' })), 'labels.osm'],
  ])('%s', async (_what, text, where) => {
    const refused = (await convert(text).catch((error: unknown) => error)) as CairnError;
    expect(refused).toBeInstanceOf(CairnError);
    expect(refused.code).toBe('dataset-invalid');
    expect(refused.more.where).toMatch(new RegExp(`^${where.replace('.', '\\.')}`));
  });

  it('or read, whatever was done to it', async () => {
    const text = osm(nodes.slice(0, 400), way(1, square(100), { building: 'yes' }));
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.nat(8), async (at, put, cut) => {
        try {
          await convert(text.slice(0, at) + put + text.slice(at + cut));
        } catch (error) {
          expect(error).toMatchObject({ code: 'dataset-invalid' });
        }
      }),
      { numRuns: 150 },
    );
  });
});
