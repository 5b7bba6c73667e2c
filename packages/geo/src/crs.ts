import proj4 from 'proj4';

/** A coordinate reference system as a pair of functions. */
export interface Crs {
  /** `EPSG:…`, or the proj4 definition it was made from. */
  readonly name: string;
  /** Longitude and latitude (WGS 84, degrees) of a point given in the units of the system, easting first. */
  toLonLat(x: number, y: number): [lon: number, lat: number];
  /** The reverse. */
  fromLonLat(lon: number, lat: number): [x: number, y: number];
}

/** Whether a system's coordinates are longitude and latitude. */
export function isGeographic({ name }: Crs): boolean {
  return name === 'EPSG:4326' || /^\+proj=(longlat|latlong)\b/.test(name.trimStart());
}

/** Raised where a coordinate reference system is not one that can be used. */
export class CrsError extends Error {
  override readonly name = 'CrsError';
}

const WEB_MERCATOR =
  '+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs';

/**
 * The system of an EPSG code: 4326 (degrees, longitude first as in GeoTIFF), 3857, or UTM on WGS 84 (32601 … 32660,
 * 32701 … 32760). Throws a CrsError for any other code.
 */
export function crsOfEpsg(code: number): Crs {
  const name = `EPSG:${code}`;
  if (code === 4326) {
    return { name, toLonLat: (lon, lat) => [lon, lat], fromLonLat: (lon, lat) => [lon, lat] };
  }
  if (code === 3857) return projected(name, WEB_MERCATOR);
  const zone = code % 100;
  const south = Math.floor(code / 100) === 327;
  if ((south || Math.floor(code / 100) === 326) && Number.isInteger(code) && zone >= 1 && zone <= 60) {
    return projected(name, `+proj=utm +zone=${zone} ${south ? '+south ' : ''}+datum=WGS84 +units=m +no_defs`);
  }
  throw new CrsError(
    `${name} is not supported: use EPSG:4326, EPSG:3857 or a UTM zone on WGS 84, or give a proj4 definition (+proj=…)`,
  );
}

/** The system that a `Crs.name` names: `EPSG:` with a code of `crsOfEpsg`, or a proj4 definition. Throws a CrsError. */
export function crsOf(name: string): Crs {
  return name.startsWith('EPSG:') ? crsOfEpsg(Number(name.slice('EPSG:'.length))) : crsOfProj4(name);
}

/** The system of a proj4 definition. Throws a CrsError where it is none. */
export function crsOfProj4(definition: string): Crs {
  if (!definition.trimStart().startsWith('+proj=')) {
    throw new CrsError(`a proj4 definition begins with +proj=, not with "${definition.slice(0, 20)}"`);
  }
  return projected(definition, definition);
}

function projected(name: string, definition: string): Crs {
  let converter: proj4.Converter;
  try {
    converter = proj4(definition);
  } catch (error) {
    throw new CrsError(`proj4 cannot read "${definition}"`, { cause: error });
  }
  const both = (values: readonly number[]): [number, number] => [values[0] ?? NaN, values[1] ?? NaN];
  return {
    name,
    toLonLat: (x, y) => both(converter.inverse([x, y])),
    fromLonLat: (lon, lat) => both(converter.forward([lon, lat])),
  };
}
