/**
 * Where a raster lies on the earth, as GeoTIFF keys.
 */

/** A north-up georeference: EPSG code, the outer corner of the north-west pixel, and the pixel's size in CRS units. */
export interface Georeference {
  /** A projected CRS (such as 3857 or 32645), or a geographic one (such as 4326). */
  epsg: number;
  /** Whether the CRS is geographic: left out, 4326 alone is taken as such. */
  geographic?: boolean;
  west: number;
  north: number;
  pixelWidth: number;
  /** Positive; rows run to the south. */
  pixelHeight: number;
}

const MODEL_TYPE = 1024;
const RASTER_TYPE = 1025;
const GEODETIC_CRS = 2048;
const PROJECTED_CRS = 3072;
const PROJECTED = 1;
const GEOGRAPHIC = 2;
const PIXEL_IS_AREA = 1;

/** The GeoKeyDirectory (OGC 19-008, GeoTIFF 1.1) of an EPSG code. */
export function geoKeys({ epsg, geographic = epsg === 4326 }: Pick<Georeference, 'epsg' | 'geographic'>): number[] {
  const keys = [
    [MODEL_TYPE, geographic ? GEOGRAPHIC : PROJECTED],
    [RASTER_TYPE, PIXEL_IS_AREA],
    [geographic ? GEODETIC_CRS : PROJECTED_CRS, epsg],
  ] as const;
  return [1, 1, 0, keys.length, ...keys.flatMap(([key, value]) => [key, 0, 1, value])];
}

/**
 * Throws RangeError unless the directory can hold the EPSG code, the corner is finite and the pixels have a size.
 */
export function checkGeoreference(reference: Georeference): void {
  const { epsg, west, north, pixelWidth, pixelHeight } = reference;
  if (!Number.isInteger(epsg) || epsg < 1024 || epsg > 32766) {
    throw new RangeError(`EPSG:${epsg} cannot be written as a GeoTIFF key: give a code from 1024 to 32766.`);
  }
  if (![west, north].every(Number.isFinite)) {
    throw new RangeError(`The raster's corner is (${west}, ${north}): give finite CRS coordinates.`);
  }
  if (!(pixelWidth > 0 && Number.isFinite(pixelWidth) && pixelHeight > 0 && Number.isFinite(pixelHeight))) {
    throw new RangeError(`The raster's pixels are ${pixelWidth} x ${pixelHeight}: give sizes above 0 in CRS units.`);
  }
}
