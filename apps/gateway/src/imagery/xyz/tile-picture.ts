import { CairnError } from '@cairn/contracts';
import type { Tile } from '@cairn/geo';
import sharp from 'sharp';
import { nameOf } from './template.ts';

/** What a tile's bytes are: the ending that goes with their format, and pixels along the edge. */
export interface TilePicture {
  extension: 'png' | 'jpg' | 'webp';
  edge: number;
  /** Transparent all over. */
  isEmpty: boolean;
}

/** Pixels along the edge of the largest tile that is read. */
const largestEdge = 4096;

/**
 * Reads a tile whole, to see that it is sound. The format is told by the bytes alone: of those that sharp could read, some
 * (SVG) may refer to other files.
 * @throws CairnError `imagery-corrupt`; `where` is the tile.
 */
export async function readTilePicture(bytes: Uint8Array, tile: Tile): Promise<TilePicture> {
  const extension = formatOf(bytes);
  if (extension === undefined) throw corrupt(tile, whatIs(bytes));
  const { width, height, isEmpty } = await decode(bytes, tile);
  if (width !== height) throw corrupt(tile, `is ${width} × ${height} pixels, not a square`);
  return { extension, edge: width, isEmpty };
}

async function decode(bytes: Uint8Array, tile: Tile): Promise<{ width: number; height: number; isEmpty: boolean }> {
  try {
    const { data, info } = await sharp(bytes, { failOn: 'error', limitInputPixels: largestEdge ** 2 })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { width, height, isEmpty: channels % 2 === 0 && isTransparent(data, channels) };
  } catch (cause) {
    throw corrupt(tile, `cannot be decoded: ${(cause as Error).message}`, cause);
  }
}

/** Whether every pixel's last sample, its alpha, is 0. */
function isTransparent(data: Uint8Array, channels: number): boolean {
  for (let at = channels - 1; at < data.length; at += channels) if (data[at] !== 0) return false;
  return true;
}

function formatOf(bytes: Uint8Array): TilePicture['extension'] | undefined {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8\xff')) return 'jpg';
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'webp' : undefined;
}

/** What bytes are that are no picture, to follow what they should have been. */
export function whatIs(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'is empty';
  const text = new TextDecoder().decode(bytes.subarray(0, 512)).trimStart();
  if (/^<(!doctype html|html|head|body)/i.test(text)) return 'is a web page, not a picture';
  if (/^[<{[]/.test(text)) return 'is a text, not a picture';
  return 'is no PNG, JPEG or WebP picture';
}

/** A tile that is no tile, or does not fit the others; `words` follow its name. */
export function corrupt(tile: Tile, words: string, cause?: unknown): CairnError {
  return new CairnError('imagery-corrupt', `The tile ${nameOf(tile)} ${words}.`, {
    where: nameOf(tile),
    action: 'Open that tile in a browser to see what its server answers, then try again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
