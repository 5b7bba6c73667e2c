import type { GeoTransform, Georeference } from '@cairn/geo';
import { CairnError } from '@cairn/contracts';
import type { GeoTIFFImage } from 'geotiff';
import { epsgCrs } from './crs/epsg-table.ts';
import { corrupt, unsupported } from './fault.ts';

/** Where an image lies, with the EPSG code of its coordinate reference system. */
export interface ImageryReference extends Georeference {
  epsg: number;
  /** Metres to which the system's relation to WGS 84 is known; 0 where it is one on WGS 84. */
  accuracy: number;
}

/**
 * Reads where a GeoTIFF's pixels lie: scale and tie point, or a transformation without rotation, in a system named by its
 * EPSG code.
 * @throws CairnError `imagery-no-georeference`, `imagery-unsupported`, `imagery-corrupt`
 */
export function georeferenceOf(image: GeoTIFFImage): ImageryReference {
  const epsg = epsgOf(image);
  const transform = transformOf(image);
  if (transform === undefined || epsg === undefined) {
    const lacks = transform === undefined ? 'where its pixels lie' : 'its coordinate reference system';
    throw new CairnError('imagery-no-georeference', `The image does not say ${lacks}.`, {
      where: transform === undefined ? 'ModelTiepoint' : 'GeoKeyDirectory',
      action: 'Use the orthophoto as it was exported, not a picture of it, or add the place with QGIS Georeferencer.',
    });
  }
  const [x0, width, , y0, , height] = transform;
  if (![x0, y0, width, height].every(Number.isFinite) || width === 0 || height === 0) {
    throw corrupt('its pixels have no size on the ground', 'ModelPixelScale');
  }
  const system = epsgCrs(epsg);
  if (system !== undefined) return { epsg, transform, ...system };
  const which = epsg === ownSystem ? 'a coordinate reference system of its own' : `EPSG:${epsg}`;
  throw unsupported(
    `is in ${which}, which cannot be read`,
    'GeoKeyDirectory',
    'Reproject it to the UTM zone or to web Mercator: gdalwarp -t_srs EPSG:3857 -of COG INPUT OUTPUT.tif',
  );
}

/** What stands for a code where the geo keys describe a system themselves. */
const ownSystem = 32_767;

/** The code that the geo keys name; undefined where there are none, 32767 for a system of the file's own. */
function epsgOf(image: GeoTIFFImage): number | undefined {
  let keys: ReturnType<GeoTIFFImage['getGeoKeys']>;
  try {
    keys = image.getGeoKeys();
  } catch (cause) {
    throw corrupt('its coordinate reference system', 'GeoKeyDirectory', cause);
  }
  const code: unknown = keys?.ProjectedCSTypeGeoKey ?? keys?.GeographicTypeGeoKey;
  return typeof code === 'number' && code > 0 ? code : undefined;
}

function transformOf(image: GeoTIFFImage): GeoTransform | undefined {
  const directory = image.fileDirectory;
  const scale = numbers(directory.getValue('ModelPixelScale'));
  const tie = numbers(directory.getValue('ModelTiepoint'));
  const matrix = numbers(directory.getValue('ModelTransformation'));
  // A pixel that is a point lies with its middle, not with its corner, at the tie point.
  const half = image.getGeoKeys()?.GTRasterTypeGeoKey === 2 ? 0.5 : 0;
  if (scale.length >= 2 && tie.length >= 6) {
    const [i, j, , x, y] = tie as [number, number, number, number, number];
    const [width, height] = scale as [number, number];
    return [x - (i + half) * width, width, 0, y + (j + half) * height, 0, -height];
  }
  if (matrix.length < 16) return undefined;
  const [width, skewX, , x, skewY, height, , y] = matrix as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (skewX !== 0 || skewY !== 0) {
    const action = 'Turn it north up: gdalwarp -of COG INPUT OUTPUT.tif';
    throw unsupported('is rotated', 'ModelTransformation', action);
  }
  return [x - half * width, width, 0, y - half * height, 0, height];
}

function numbers(value: unknown): number[] {
  return value === undefined || value === null ? [] : Array.from(value as ArrayLike<number>, Number);
}
