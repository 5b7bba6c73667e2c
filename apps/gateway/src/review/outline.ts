import { CairnError, type ReviewChange } from '@cairn/contracts';
import { normalRings, polygonCoordinates, polygonFault, ringsOfCoordinates } from '@cairn/geo';

type Outline = NonNullable<ReviewChange['geometry']>;

/**
 * An outline that somebody drew, as those of predictions are: in 1e-7 degree, normalised (RFC 7946).
 * @param feature whose it is
 * @throws CairnError `outline-invalid` where it is no valid polygon on the earth
 */
export function checkedOutline({ coordinates }: Outline, feature: string): Outline {
  const invalid = (what: string): CairnError =>
    new CairnError('outline-invalid', `The outline ${what}.`, {
      where: feature,
      action: 'Draw it as one closed ring that does not cross itself, in degrees of longitude and latitude.',
    });
  const onEarth = coordinates.flat().every(([lon = NaN, lat = NaN]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 90);
  if (!onEarth) throw invalid('has a position that is no longitude and latitude');
  const rings = ringsOfCoordinates(coordinates);
  if (rings.some((ring) => ring.length < 6)) throw invalid('has a ring of fewer than three corners');
  const normal = normalRings(rings);
  const fault = polygonFault(normal);
  if (fault !== undefined) throw invalid(`does not hold: ${fault.kind}`);
  return { type: 'Polygon', coordinates: polygonCoordinates(normal) };
}
