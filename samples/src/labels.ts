/**
 * The footprints of an area as GeoJSON: the truth to train on and to measure with.
 */
import { collide } from './building.ts';
import type { Building, RoofKind } from './building.ts';
import { withFaults } from './faults.ts';
import { lonLat } from './georeference.ts';
import { outlineOf } from './outline.ts';
import type { Outline } from './outline.ts';
import { isNoData } from './plan.ts';
import type { Area } from './plan.ts';
import type { Settlement } from './settlement.ts';

/** OSM's tags for each kind of roof. */
const TAGS: Record<RoofKind, { shape: string; material: string; colour?: string }> = {
  concrete: { shape: 'flat', material: 'concrete' },
  metal: { shape: 'gabled', material: 'metal' },
  'blue metal': { shape: 'gabled', material: 'metal', colour: 'blue' },
  'red metal': { shape: 'gabled', material: 'metal', colour: 'red' },
  'rusted metal': { shape: 'gabled', material: 'metal', colour: 'brown' },
  tiles: { shape: 'hipped', material: 'roof_tiles' },
  thatch: { shape: 'gabled', material: 'thatch' },
  tarpaulin: { shape: 'gabled', material: 'plastic' },
  'under construction': { shape: 'flat', material: 'concrete' },
};

/**
 * The labels of an area, one feature a line (RFC 7946, EPSG:4326), in a fixed order. A building on the area's border is
 * there with its whole footprint; one whose middle has no data is left out.
 *
 * @param missing the area whose north-eastern corner has no data; undefined if all pixels are there
 * @param faulty true draws them as hurried mappers would: some missing, some offset, some blocks merged
 */
export function labelsOf(settlement: Settlement, area: Area, missing: Area | undefined, faulty: boolean): string {
  const groups = settlement
    .quartersOver(area.x, area.y, area.x + area.width, area.y + area.height)
    .map(({ key, buildings }) => ({
      key,
      buildings: buildings.filter((b) => isSeen(settlement.seed, b, area, missing)),
    }));
  const outlines = faulty
    ? groups.flatMap(({ key, buildings }) => withFaults(settlement.seed, key, buildings))
    : groups.flatMap(({ buildings }) => buildings.map(outlineOf));
  const features = outlines.map(feature);
  return `{"type":"FeatureCollection","features":[\n${features.join(',\n')}\n]}\n`;
}

function isSeen(seed: number, building: Building, area: Area, missing: Area | undefined): boolean {
  const halfU = area.width * 8;
  const halfV = area.height * 8;
  const frame = { x: area.x * 16 + halfU, y: area.y * 16 + halfV, cos: 16384, sin: 0 };
  if (!collide(building, { frame, halfU, halfV }, 0)) return false;
  return missing === undefined || !isNoData(seed, missing, building.frame.x >> 4, building.frame.y >> 4);
}

function feature({ rings, roof }: Outline): string {
  const { shape, material, colour } = TAGS[roof];
  const coordinates = rings.map((ring) => {
    // Rows run south and latitudes north, so a ring that is clockwise in pixels is clockwise on the map.
    const points = [...ring].reverse().map(lonLat);
    return [...points, points[0]];
  });
  const properties = {
    building: 'yes',
    'roof:shape': shape,
    'roof:material': material,
    ...(colour === undefined ? {} : { 'roof:colour': colour }),
    ...(roof === 'under construction' ? { construction: 'yes' } : {}),
  };
  return JSON.stringify({ type: 'Feature', properties, geometry: { type: 'Polygon', coordinates } });
}
