import { type JsonObject, RECEIPT_MEMBER, RECEIPT_PROPERTY } from '@cairn/receipt';
import { SaxesParser } from 'saxes';
import type { Ring, Shape } from '../collection.ts';
import { ExportError } from '../error.ts';
import { reading, type SignedFile, signedFile } from '../signed-file.ts';
import { PREFIX, SOURCE, tagValue } from './tags.ts';

/** Whether text begins as OSM XML does. */
export function isOsmXml(text: string): boolean {
  return /^\ufeff?\s*(<\?xml[^>]*>\s*)?<osm[\s>]/.test(text.slice(0, 1000));
}

interface Way {
  ring: Ring;
  tags: Map<string, string>;
}

interface Relation {
  members: { ref: string; role: string }[];
  tags: Map<string, string>;
}

/**
 * Reads OSM XML that was exported, for its verification; of other objects in it nothing is read.
 * @throws ExportError where it is broken
 */
export function readOsmXml(text: string): Promise<SignedFile> {
  return reading('OSM XML', () => {
    const nodes = new Map<string, [number, number]>();
    const ways = new Map<string, Way>();
    const relations: Relation[] = [];
    let receipt: string | undefined;
    let current: Way | Relation | undefined;
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('comment', (comment) => {
      const words = comment.trim();
      if (words.startsWith(`${RECEIPT_MEMBER} `)) receipt = words.slice(RECEIPT_MEMBER.length);
    });
    parser.on('opentag', ({ name, attributes: all }) => {
      const get = (key: string): string => all[key] ?? '';
      if (name === 'node') nodes.set(get('id'), [Number(get('lon')), Number(get('lat'))]);
      else if (name === 'way') ways.set(get('id'), (current = { ring: [], tags: new Map() }));
      else if (name === 'relation') relations.push((current = { members: [], tags: new Map() }));
      else if (name === 'nd' && current !== undefined && 'ring' in current) {
        const place = nodes.get(get('ref'));
        if (place === undefined) throw new ExportError(`a way has a node ${get('ref')} that is not there.`);
        current.ring.push(place);
      } else if (name === 'member' && current !== undefined && 'members' in current) {
        current.members.push({ ref: get('ref'), role: get('role') });
      } else if (name === 'tag') current?.tags.set(get('k'), get('v'));
    });
    parser.write(text).close();
    const features: unknown[] = [];
    for (const { ring, tags } of ways.values()) {
      if (tags.has(SOURCE.receipt)) features.push(featureOf(tags, { type: 'Polygon', coordinates: [ring] }));
    }
    for (const { members, tags } of relations) {
      if (tags.has(SOURCE.receipt)) features.push(featureOf(tags, shapeOf(members, ways, tags)));
    }
    return signedFile(features, receipt);
  });
}

/** An outer ring begins a polygon, and the inner ones after it are its holes. */
function shapeOf(members: Relation['members'], ways: ReadonlyMap<string, Way>, tags: Relation['tags']): Shape {
  const polygons: Ring[][] = [];
  for (const { ref, role } of members) {
    const ring = ways.get(ref)?.ring;
    if (ring === undefined) throw new ExportError(`a relation has a way ${ref} that is not there.`);
    if (role === 'outer') polygons.push([ring]);
    else polygons.at(-1)?.push(ring);
  }
  if (tags.get(SOURCE.shape) === 'MultiPolygon') return { type: 'MultiPolygon', coordinates: polygons };
  return { type: 'Polygon', coordinates: polygons.flat() };
}

function featureOf(tags: ReadonlyMap<string, string>, geometry: Shape): unknown {
  const properties: JsonObject = Object.fromEntries(
    [...tags]
      .filter(([key]) => key.startsWith(PREFIX))
      .map(([key, text]) => [key.slice(PREFIX.length), tagValue(text)]),
  );
  properties[RECEIPT_PROPERTY] = tags.get(SOURCE.receipt)!;
  return { type: 'Feature', id: tags.get(SOURCE.id), geometry, properties };
}
