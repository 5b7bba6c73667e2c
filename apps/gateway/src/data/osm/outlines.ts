import { compareRings, normalRings, polygonCoordinates } from '@cairn/geo';
import { Findings } from '../findings.ts';
import { invalidDataset } from '../fault.ts';
import { assembleRings, nestRings } from './assemble.ts';
import { isBuilding, type OsmData, type OsmRelation } from './osm-data.ts';
import { osmFile, readOsm } from './read-osm.ts';
import type { DatasetWarning } from '@cairn/contracts';

/** The labels of a dataset as GeoJSON, and what could not be taken over. */
export interface Converted {
  geojson: string;
  warnings: DatasetWarning[];
}

/**
 * Makes the labels of a dataset from OSM XML: closed ways with `building=*` and multipolygons with it, one feature a line,
 * ways before relations, by id. The same elements give the same bytes, in whatever order the file holds them.
 * @throws CairnError `dataset-invalid`.
 */
export async function convertOsm(file: string): Promise<Converted> {
  const data = await readOsm(file);
  const findings = new Findings();
  const relations = [...data.relations.values()].filter((one) => isBuilding(one) && isMultipolygon(one));
  const features = new Map<string, string>();
  const add = (type: 'way' | 'relation', id: number, building: string, polygons: number[][][]): void => {
    const geometry = geometryOf(polygons);
    const key = JSON.stringify(geometry);
    if (features.has(key)) {
      findings.warn('osm-twice', `${type}/${id}`);
      return;
    }
    const properties = { osm_type: type, osm_id: id, building };
    features.set(key, JSON.stringify({ type: 'Feature', properties, geometry }));
  };
  const outlinesOfRelations = new Set<number>();
  const multipolygons = sorted(relations).flatMap((relation) => {
    const polygons = polygonsOf(relation, data, findings);
    if (polygons.length === 0) return [];
    // Its outer ways are the same building, now with its holes.
    for (const { way, role } of relation.members) if (role !== 'inner') outlinesOfRelations.add(way);
    return [{ relation, polygons }];
  });
  for (const way of sorted([...data.ways.values()].filter(isBuilding))) {
    if (outlinesOfRelations.has(way.id)) continue;
    const ring =
      way.nodes.length > 3 && way.nodes[0] === way.nodes.at(-1) ? placed(way.nodes.slice(0, -1), data) : null;
    if (ring === null) findings.warn('osm-incomplete', `way/${way.id}`);
    else add('way', way.id, way.tags.get('building')!, [[ring]]);
  }
  for (const { relation, polygons } of multipolygons) {
    add('relation', relation.id, relation.tags.get('building')!, polygons);
  }
  if (features.size === 0) {
    const action = 'Export the buildings with their nodes: closed ways or multipolygons with building=*.';
    throw invalidDataset(`${osmFile} holds no building.`, osmFile, action);
  }
  const lines = [...features.values()].join(',\n');
  return { geojson: `{"type":"FeatureCollection","features":[\n${lines}\n]}\n`, warnings: findings.warnings };
}

function isMultipolygon({ tags }: OsmRelation): boolean {
  return tags.get('type') === 'multipolygon';
}

function polygonsOf({ id, members }: OsmRelation, data: OsmData, findings: Findings): number[][][] {
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
    findings.warn('osm-incomplete', `relation/${id}`);
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

function geometryOf(polygons: readonly number[][][]): object {
  const ordered = polygons.map((polygon) => normalRings(polygon)).sort((a, b) => compareRings(a[0]!, b[0]!));
  const coordinates = ordered.map((polygon) => polygonCoordinates(polygon));
  return coordinates.length === 1
    ? { type: 'Polygon', coordinates: coordinates[0] }
    : { type: 'MultiPolygon', coordinates };
}

function sorted<T extends { id: number }>(elements: readonly T[]): T[] {
  return [...elements].sort((a, b) => a.id - b.id);
}
