import { CairnClient } from '@cairn/contracts';

/** The typed client, on the gateway that served this page; the session cookie speaks for the reader. */
export const gateway = new CairnClient({ address: '' });

/** A prediction of the list. */
export interface PredictionSummary {
  id: string;
  model: string;
  version: number;
  imagery: string;
  features: number;
  areaKm2: number;
  seconds: number;
  receipt: string;
  at: string;
}

/** A building of a prediction, in EPSG:4326. */
export interface Building {
  type: 'Feature';
  id: string;
  geometry: { type: 'Polygon'; coordinates: number[][][] };
  properties: { confidence: number; area_m2: number };
}

/** A prediction's GeoJSON, with its receipt as a foreign member. */
export interface Buildings {
  type: 'FeatureCollection';
  features: Building[];
  bbox?: [number, number, number, number];
}

/** The predictions, the newest first. */
export function listPredictions(): Promise<PredictionSummary[]> {
  return gateway.get('/predictions');
}

/** One prediction's GeoJSON, as text, since its receipt is checked over what was sent. */
export async function readBuildings(id: string): Promise<string> {
  return (await gateway.request('GET', `/predictions/${encodeURIComponent(id)}/buildings.geojson`)).text();
}
