import { featureId, type JsonValue, type Receipt, RECEIPT_PROPERTY } from '@cairn/receipt';
import { ExportError } from './error.ts';

/** A ring, closed, of longitudes and latitudes (EPSG:4326). */
export type Ring = [number, number][];

/** The shape of a building. */
export type Shape = { type: 'Polygon'; coordinates: Ring[] } | { type: 'MultiPolygon'; coordinates: Ring[][] };

/** A building as every format gets it: its id always there, and no property that repeats it. */
export interface Feature {
  readonly type: 'Feature';
  readonly id: string;
  readonly geometry: Shape;
  readonly properties: Readonly<Record<string, JsonValue>>;
}

/** What is exported: the features of a GeoJSON and the receipt that it carries. */
export interface Collection {
  readonly receipt: Receipt;
  /** The features from the first on, in the order of the file; may be called again, as some formats look twice. */
  features(): AsyncIterable<Feature>;
}

/**
 * A feature of a GeoJSON as the formats want it.
 * @throws ExportError where it is no polygon, ReceiptError where it has no id and none can be computed
 */
export function asFeature(value: unknown): Feature {
  const { id, geometry, properties } = value as Partial<Feature>;
  if (geometry?.type !== 'Polygon' && geometry?.type !== 'MultiPolygon') {
    throw new ExportError('A feature is neither a polygon nor several; nothing else can be exported.');
  }
  const kept = Object.entries(properties ?? {}).filter(([name]) => name !== 'id' && name !== RECEIPT_PROPERTY);
  const given = typeof id === 'string' ? id : featureId(value);
  return { type: 'Feature', id: given, geometry, properties: Object.fromEntries(kept) };
}

/** A polygon's rings, or those of each polygon of several. */
export function polygonsOf(shape: Shape): Ring[][] {
  return shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates;
}
