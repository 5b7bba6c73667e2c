import { assembleRings, nestRings } from './assemble.ts';
import { isBuilding, type OsmData, type OsmRelation } from './osm-data.ts';

/** A building of an OSM XML file. */
export interface OsmBuilding {
  type: 'way' | 'relation';
  id: number;
  /** The value of its tag `building`. */
  building: string;
  /** Each an outer ring and its holes, in 1e-7 degree, in any direction. */
  polygons: number[][][];
}

/**
 * The buildings of an OSM XML file: closed ways with `building=*`, then multipolygons with it, by id.
 * @param onIncomplete told of each of which a part is not in the file, as `way/ID` or `relation/ID`
 */
export function osmBuildings(data: OsmData, onIncomplete: (element: string) => void = () => undefined): OsmBuilding[] {
  const relations = [...data.relations.values()].filter((one) => isBuilding(one) && isMultipolygon(one));
  const outlinesOfRelations = new Set<number>();
  const multipolygons = sorted(relations).flatMap((relation): OsmBuilding[] => {
    const polygons = polygonsOf(relation, data, onIncomplete);
    if (polygons.length === 0) return [];
    // Its outer ways are the same building, now with its holes.
    for (const { way, role } of relation.members) if (role !== 'inner') outlinesOfRelations.add(way);
    return [{ type: 'relation', id: relation.id, building: relation.tags.get('building')!, polygons }];
  });
  const ways = sorted([...data.ways.values()].filter(isBuilding)).flatMap((way): OsmBuilding[] => {
    if (outlinesOfRelations.has(way.id)) return [];
    const closed = way.nodes.length > 3 && way.nodes[0] === way.nodes.at(-1);
    const ring = closed ? placed(way.nodes.slice(0, -1), data) : null;
    if (ring !== null) return [{ type: 'way', id: way.id, building: way.tags.get('building')!, polygons: [[ring]] }];
    onIncomplete(`way/${way.id}`);
    return [];
  });
  return [...ways, ...multipolygons];
}

function isMultipolygon({ tags }: OsmRelation): boolean {
  return tags.get('type') === 'multipolygon';
}

function polygonsOf(
  { id, members }: OsmRelation,
  data: OsmData,
  onIncomplete: (element: string) => void,
): number[][][] {
  const ringsOf = (wanted: (role: string) => boolean): { rings: number[][]; whole: boolean } => {
    const ways = members.filter(({ role }) => wanted(role)).map(({ way }) => data.ways.get(way)?.nodes ?? []);
    const { rings, open } = assembleRings(ways.filter((nodes) => nodes.length > 1));
    const found = rings.map((ring) => placed(ring, data));
    const there = found.filter((ring) => ring !== null);
    return { rings: there, whole: open === 0 && there.length === found.length && ways.every((way) => way.length > 1) };
  };
  const outer = ringsOf((role) => role !== 'inner');
  const inner = ringsOf((role) => role === 'inner');
  const { polygons, stray } = nestRings(outer.rings, inner.rings);
  if (!outer.whole || !inner.whole || stray > 0 || polygons.length === 0) {
    onIncomplete(`relation/${id}`);
  }
  return polygons;
}

/** A ring's nodes on the ground; null where one of them is not in the file. */
function placed(nodes: readonly number[], { nodes: places }: OsmData): number[] | null {
  const ring: number[] = [];
  for (const node of nodes) {
    const place = places.get(node);
    if (place === undefined) return null;
    ring.push(...place);
  }
  return ring;
}

function sorted<T extends { id: number }>(elements: readonly T[]): T[] {
  return [...elements].sort((a, b) => a.id - b.id);
}
