import { CairnError, isErrorCode } from '@cairn/contracts';
import { AoiError, parseAoi, polygonCoordinates, type Aoi, type Ring } from '@cairn/geo';

/**
 * The area that is predicted on: the one that is asked for, or the imagery's whole extent.
 * @param footprint outline of the imagery, a ring of 1e-7 degree
 * @throws CairnError `aoi-*`; `where` is a JSON pointer into the inputs.
 */
export function areaOf(given: unknown, footprint: Ring, maxKm2: number): Aoi {
  const whole = { type: 'Polygon', coordinates: polygonCoordinates([footprint]) };
  try {
    return parseAoi(given ?? whole, { maxKm2, imagery: footprint });
  } catch (error) {
    if (!(error instanceof AoiError)) throw error;
    const { what, where, advice } = error.detail;
    const code = isErrorCode(error.code) ? error.code : 'input-invalid';
    throw new CairnError(code, `${what}.`, { where: `/aoi${where}`, action: `${advice}.`, cause: error });
  }
}
