import type { EstimateWarning } from '@cairn/contracts';
import { measure, unitsOf, type Bbox } from '@cairn/geo';
import { judgeLicence } from '../registry/licence-terms.ts';
import { versionId } from '../registry/version-row.ts';
import type { Task } from './task.ts';
import { licencesOf } from './trail.ts';

/** Beyond this a landscape is taken for another one than that of the training. */
const farKm = 50;

/** How much coarser than the model's pixels those of the imagery may be without a word. */
const coarser = 1.15;

/** What somebody should know before a prediction, beside its time. */
export function warningsOf({ version, imagery, aoi }: Task): EstimateWarning[] {
  const warnings: EstimateWarning[] = [];
  const id = versionId(version);
  const km = distanceKm(aoi.bbox, version.bbox);
  if (version.data === 'generated') {
    const words = `${id} was trained on a generated scene, not on real imagery: it is there to be tried.`;
    warnings.push({ code: 'trained-on-generated', words });
  } else if (km > farKm) {
    const words = `The area is ${km.toFixed(0)} km from where ${id} was trained: expect more buildings missed and made up.`;
    warnings.push({ code: 'far-from-training', words });
  }
  if (imagery.gsd > version.gsd * coarser) {
    const words = `The imagery has ${imagery.gsd.toFixed(2)} m a pixel, ${id} was trained on ${version.gsd.toFixed(2)} m: small buildings are lost.`;
    warnings.push({ code: 'resolution-differs', words });
  }
  for (const { title, licence } of [imagery, ...licencesOf(version)]) {
    const { conflicts, unknown } = judgeLicence(licence, 'open');
    for (const one of conflicts) warnings.push({ code: 'licence', words: `${title}: ${one}.` });
    for (const one of unknown)
      warnings.push({ code: 'licence', words: `${title}: read what its licence ${one} allows.` });
  }
  return warnings;
}

/** Kilometres between the nearest points of two boxes; 0 where they meet. */
export function distanceKm(a: Bbox, b: Bbox): number {
  const nearest = (low: number, high: number, otherLow: number, otherHigh: number): [number, number] => {
    if (high < otherLow) return [high, otherLow];
    if (otherHigh < low) return [low, otherHigh];
    const shared = Math.max(low, otherLow);
    return [shared, shared];
  };
  const [fromLon, toLon] = nearest(a[0], a[2], b[0], b[2]);
  const [fromLat, toLat] = nearest(a[1], a[3], b[1], b[3]);
  if (fromLon === toLon && fromLat === toLat) return 0;
  return measure([[fromLon, fromLat, toLon, toLat].map(unitsOf)]).perimeter / 2000;
}
