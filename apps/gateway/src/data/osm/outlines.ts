import { osmBuildings } from '@cairn/export/osm';
import { compareRings, normalRings, polygonCoordinates } from '@cairn/geo';
import { Findings } from '../findings.ts';
import { invalidDataset } from '../fault.ts';
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
  const incomplete = (element: string): void => findings.warn('osm-incomplete', element);
  for (const { type, id, building, polygons } of osmBuildings(data, incomplete)) add(type, id, building, polygons);
  if (features.size === 0) {
    const action = 'Export the buildings with their nodes: closed ways or multipolygons with building=*.';
    throw invalidDataset(`${osmFile} holds no building.`, osmFile, action);
  }
  const lines = [...features.values()].join(',\n');
  return { geojson: `{"type":"FeatureCollection","features":[\n${lines}\n]}\n`, warnings: findings.warnings };
}

function geometryOf(polygons: readonly number[][][]): object {
  const ordered = polygons.map((polygon) => normalRings(polygon)).sort((a, b) => compareRings(a[0]!, b[0]!));
  const coordinates = ordered.map((polygon) => polygonCoordinates(polygon));
  return coordinates.length === 1
    ? { type: 'Polygon', coordinates: coordinates[0] }
    : { type: 'MultiPolygon', coordinates };
}
