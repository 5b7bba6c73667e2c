import { RECEIPT_MEMBER } from '@cairn/receipt';
import { type Collection, polygonsOf, type Ring } from '../collection.ts';
import { type Provenance, provenanceOf } from '../provenance.ts';
import { extentOf } from '../extent.ts';
import { Nodes } from './nodes.ts';
import { attribute, jsonText, tagsOf } from './tags.ts';

/**
 * OSM XML 0.6 as JOSM opens it: new objects with negative ids, one node a place, a closed way for a plain outline, a
 * multipolygon relation for one with holes or parts. JOSM is told to warn before an upload, since nobody has looked at the
 * objects. The whole receipt is in a comment at the head.
 */
export async function* writeOsmXml(collection: Collection): AsyncGenerator<string> {
  const provenance = provenanceOf(collection.receipt);
  const nodes = new Nodes();
  yield head(collection, provenance);
  const extent = await extentOf(collection);
  if (extent !== undefined) {
    const [west, south, east, north] = extent.map(degrees);
    yield ` <bounds minlat='${south}' minlon='${west}' maxlat='${north}' maxlon='${east}' origin='Cairn'/>\n`;
  }
  yield* writeNodes(collection, nodes);
  yield* writeWays(collection, nodes, provenance);
  yield* writeRelations(collection, nodes, provenance);
  yield '</osm>\n';
}

function head({ receipt }: Collection, { attribution }: Provenance): string {
  // A comment must not hold two hyphens; inside JSON they only stand in texts, where they can be escaped.
  const json = jsonText(receipt).replaceAll('--', '-\\u002d');
  return [
    `<?xml version='1.0' encoding='UTF-8'?>\n`,
    `<osm version='0.6' generator='Cairn' upload='false' attribution='${attribute(attribution)}'>\n`,
    ` <!-- ${RECEIPT_MEMBER} ${json} -->\n`,
  ].join('');
}

async function* writeNodes(collection: Collection, nodes: Nodes): AsyncGenerator<string> {
  for await (const { geometry } of collection.features()) {
    for (const ring of polygonsOf(geometry).flat()) {
      for (const [lon, lat] of ring) {
        const before = nodes.count;
        const id = nodes.at(units(lon), units(lat));
        if (id > before) yield ` <node id='-${id}' lat='${degrees(lat)}' lon='${degrees(lon)}'/>\n`;
      }
    }
  }
}

/** Ways are numbered behind the nodes, in the order of the features and of their rings. */
async function* writeWays(collection: Collection, nodes: Nodes, provenance: Provenance): AsyncGenerator<string> {
  let id = nodes.count;
  for await (const feature of collection.features()) {
    const rings = polygonsOf(feature.geometry).flat();
    const tags = isWay(feature.geometry.type, rings) ? tagLines(tagsOf(feature, provenance)) : '';
    for (const ring of rings) {
      const refs = ring.map(([lon, lat]) => `  <nd ref='-${nodes.at(units(lon), units(lat))}'/>\n`).join('');
      yield ` <way id='-${++id}'>\n${refs}${tags} </way>\n`;
    }
  }
}

async function* writeRelations(collection: Collection, nodes: Nodes, provenance: Provenance): AsyncGenerator<string> {
  let ways = nodes.count;
  for await (const { geometry } of collection.features()) ways += polygonsOf(geometry).flat().length;
  let id = ways;
  let way = nodes.count;
  for await (const feature of collection.features()) {
    const polygons = polygonsOf(feature.geometry);
    if (isWay(feature.geometry.type, polygons.flat())) {
      way += 1;
      continue;
    }
    const members = polygons.flatMap((rings) =>
      rings.map((_, at) => `  <member type='way' ref='-${++way}' role='${at === 0 ? 'outer' : 'inner'}'/>\n`),
    );
    const tags = tagLines([['type', 'multipolygon'], ...tagsOf(feature, provenance)]);
    yield ` <relation id='-${++id}'>\n${members.join('')}${tags} </relation>\n`;
  }
}

function isWay(type: string, rings: readonly Ring[]): boolean {
  return type === 'Polygon' && rings.length === 1;
}

function tagLines(tags: readonly [string, string][]): string {
  return tags.map(([key, value]) => `  <tag k='${attribute(key)}' v='${attribute(value)}'/>\n`).join('');
}

function units(value: number): number {
  return Math.round(value * 1e7);
}

/** Seven decimals, the precision of OSM. */
function degrees(value: number): string {
  return String(Number((units(value) / 1e7).toFixed(7)));
}
