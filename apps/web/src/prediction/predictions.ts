import type { FoundFeature } from '@cairn/contracts';
import { gateway, type Bbox } from '../gateway.ts';
import type { AreaGeometry } from '../predict/area.ts';

/** A prediction as the API tells it. */
export interface PredictionInfo {
  id: string;
  /** MODEL/NUMBER */
  version: string;
  imagery: string;
  features: number;
  areaKm2: number;
  seconds: number;
  /** Digest of the signed receipt. */
  receipt: string;
  actor: string;
  /** RFC 3339 */
  at: string;
  revoked: boolean;
}

/** A prediction's GeoJSON, with its receipt as a foreign member. */
export interface Buildings {
  type: 'FeatureCollection';
  features: FoundFeature[];
  bbox?: Bbox;
}

/** The newest predictions, the newest first. */
export function listPredictions(): Promise<PredictionInfo[]> {
  return gateway.get('/predictions');
}

/** One prediction. */
export function readPrediction(id: string): Promise<PredictionInfo> {
  return gateway.get(`/predictions/${encodeURIComponent(id)}`);
}

/** Where a prediction looked. */
export interface Ground {
  area: AreaGeometry;
  /** How much of it has no imagery, in km²: nothing was looked for there. */
  missingKm2: number;
}

/** Where a prediction looked, as the catalogue tells it. */
export async function readGround(id: string): Promise<Ground> {
  const path = `/stac/collections/predictions/items/${encodeURIComponent(id)}`;
  const { geometry, properties } = await gateway.get<{
    geometry: AreaGeometry;
    properties: { 'cairn:missing_km2'?: number };
  }>(path);
  return { area: geometry, missingKm2: properties['cairn:missing_km2'] ?? 0 };
}

/** How one prediction's GeoJSON is asked for. */
export function buildingsQuery(id: string) {
  return {
    queryKey: ['buildings', id],
    queryFn: () => readBuildings(id),
    staleTime: Infinity,
    // Nothing of it changes, and to look whether it did takes as long as to read it.
    structuralSharing: false,
  };
}

/** One prediction's GeoJSON, also as text, over which its receipt is checked. It is read here, so that who draws it has less to do at once. */
async function readBuildings(id: string): Promise<{ text: string; buildings: Buildings }> {
  const path = `/predictions/${encodeURIComponent(id)}/buildings.geojson`;
  const text = await (await gateway.request('GET', path)).text();
  return { text, buildings: JSON.parse(text) as Buildings };
}

/** The endings of the formats that a prediction can be had in; a test holds them to those of the gateway. */
export const downloadFormats = ['geojson', 'gpkg', 'fgb', 'parquet', 'osm', 'geojsons'] as const;

/** Address of a prediction's buildings in a format. */
export function downloadHref(id: string, format: (typeof downloadFormats)[number]): string {
  return `/predictions/${encodeURIComponent(id)}/buildings.${format}`;
}

/** Address of a prediction's buildings as its review leaves them. */
export function reviewedHref(id: string): string {
  return `/predictions/${encodeURIComponent(id)}/reviewed.geojson`;
}
