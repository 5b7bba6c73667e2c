import { CairnError, type VersionInfo } from '@cairn/contracts';

/** What is known about the place to predict on. */
export interface Place {
  datasetDigest: string;
  /** Whether the data was drawn by a program, rather than seen by a camera. */
  generated: boolean;
  /** Extent of the imagery in EPSG:4326. */
  bbox: number[];
}

/**
 * The version to take for a place: the one trained on the very dataset; else, of those trained on the same kind of data
 * (generated or real), the one trained nearest by.
 */
export function chooseVersion(versions: VersionInfo[], place: Place): VersionInfo {
  const usable = versions.filter((version) => version.stage !== 'revoked');
  const own = usable.find((version) => version.datasetDigest === place.datasetDigest);
  if (own !== undefined) return own;
  const kind = place.generated ? 'generated' : 'real';
  const [nearest] = usable
    .filter((version) => version.data === kind)
    .sort((a, b) => distance(a.bbox, place.bbox) - distance(b.bbox, place.bbox) || b.version - a.version);
  if (nearest === undefined) {
    throw new CairnError('not-found', `The model has no version trained on ${kind} data.`, {
      action: 'Train one with "cairn train", or name a version with "cairn predict --model MODEL/NUMBER".',
    });
  }
  return nearest;
}

/** Great-circle distance of two extents' centres, in radians (haversine). */
function distance(a: number[], b: number[]): number {
  const [lonA, latA] = centre(a);
  const [lonB, latB] = centre(b);
  const h = Math.sin((latB - latA) / 2) ** 2 + Math.cos(latA) * Math.cos(latB) * Math.sin((lonB - lonA) / 2) ** 2;
  return 2 * Math.asin(Math.min(1, Math.sqrt(h)));
}

function centre([west = 0, south = 0, east = 0, north = 0]: number[]): [number, number] {
  return [((west + east) / 2) * (Math.PI / 180), ((south + north) / 2) * (Math.PI / 180)];
}
