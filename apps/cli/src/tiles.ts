import { CairnError, type TileSource } from '@cairn/contracts';

/** Whether what was typed is the address of map tiles: it has places for numbers in it. */
export function isTileAddress(text: string): boolean {
  return /^https?:\/\/.*\{/i.test(text);
}

/** Map tiles that are meant, with a name and a title for what comes of them: host, zoom and area, but never a key. */
export interface Tiles {
  template: TileSource;
  name: string;
  title: string;
}

/**
 * Reads which map tiles are meant.
 * @param options.bbox west,south,east,north in degrees, as typed
 * @throws CairnError `input-invalid` where something is missing; the address is not repeated, since it may hold a key.
 */
export function readTiles(
  href: string,
  { bbox, zoom, skipFaulty = false }: { bbox?: string; zoom?: number; skipFaulty?: boolean },
): Tiles {
  // Of servers that give the same tiles, the first.
  const address = href.replace(/\{switch:([^{},]*)[^{}]*\}/i, '$1');
  if (!URL.canParse(address) || !/\{(z|zoom|TileMatrix)\}/i.test(address)) {
    throw invalid(
      'The address is not that of map tiles.',
      'address',
      'Write it with {z}, {x} and {y} in place of numbers, in quotes.',
    );
  }
  if (bbox === undefined) {
    throw invalid(
      'Which tiles are wanted is not said: the area is missing.',
      '--bbox',
      'Give the area in degrees: --bbox west,south,east,north',
    );
  }
  if (zoom === undefined) {
    throw invalid(
      'Which tiles are wanted is not said: the zoom is missing.',
      '--zoom',
      'Give the zoom: --zoom 19 is about 0.3 m a pixel, each more is twice as fine and four times as many tiles.',
    );
  }
  if (!Number.isInteger(zoom) || zoom < 0 || zoom > 23) {
    throw invalid(`There is no zoom ${zoom}.`, '--zoom', 'Give a whole number from 0 to 23.');
  }
  const edges = readArea(bbox);
  const { hostname } = new URL(address);
  const place = edges.map((edge) => String(Math.round(edge * 1e5) / 1e5)).join('_');
  return {
    template: { href, zoom, bbox: edges, ...(skipFaulty ? { skipFaulty } : {}) },
    name: `${hostname}-z${zoom}-${place}`,
    title: `${hostname}, zoom ${zoom}`,
  };
}

/**
 * Reads west,south,east,north in degrees, as typed.
 * @throws CairnError `input-invalid`
 */
export function readArea(bbox: string): number[] {
  const edges = bbox.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (edges.length === 4 && edges.every(Number.isFinite)) return edges;
  throw invalid(`${bbox} is no area.`, '--bbox', 'Give four numbers in degrees: --bbox west,south,east,north');
}

function invalid(words: string, where: string, action: string): CairnError {
  return new CairnError('input-invalid', words, { where, action });
}
