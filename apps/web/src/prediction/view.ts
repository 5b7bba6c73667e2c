import type { Camera } from '../map/MapView.ts';
import { binCount } from '../map/confidence.ts';

/** How a result is looked at. All of it stands in the address, so that a link opens the same view. */
export interface View {
  /** Undefined: the whole result. */
  camera: Camera | undefined;
  /** Least confidence of what is shown: that at which a bin begins. */
  least: number;
  /** Id of the building that is spoken of. */
  building: string | undefined;
  /** Share of the map's width from which on buildings are shown; undefined: everywhere. */
  swipe: number | undefined;
  /** Id of another prediction that it is compared with. */
  other: string | undefined;
}

/** The view that an address carries; what it does not say, or says wrongly, is as at first. */
export function readView(query: URLSearchParams): View {
  const least = Number(query.get('least') ?? 0);
  const building = query.get('building') ?? '';
  const other = query.get('with') ?? '';
  const swipe = Number(query.get('swipe') ?? NaN);
  return {
    camera: readCamera(query.get('at') ?? ''),
    least: least > 0 && least < 1 ? Math.floor(least * binCount + 1e-6) / binCount : 0,
    building: isId(building) ? building : undefined,
    swipe: swipe >= 0 && swipe <= 1 ? swipe : undefined,
    other: isId(other) ? other : undefined,
  };
}

/** The choices by which an address carries a view. */
export function viewQuery({ camera, least, building, swipe, other }: View): Record<string, string | undefined> {
  return {
    at:
      camera === undefined ? undefined : [camera.lon.toFixed(6), camera.lat.toFixed(6), camera.zoom.toFixed(2)].join(),
    least: least === 0 ? undefined : String(least),
    building,
    swipe: swipe === undefined ? undefined : String(Math.round(100 * swipe) / 100),
    with: other,
  };
}

function isId(text: string): boolean {
  return /^[0-9a-f]{20}$/.test(text);
}

function readCamera(text: string): Camera | undefined {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [lon, lat, zoom] = numbers;
  if (numbers.length !== 3 || lon === undefined || lat === undefined || zoom === undefined) return undefined;
  const holds = Math.abs(lon) <= 180 && Math.abs(lat) <= 85.06 && zoom >= 0 && zoom <= 24;
  return holds ? { lon, lat, zoom } : undefined;
}
