import { CairnError, type RemoteImage } from '@cairn/contracts';
import { readArea } from './tiles.ts';

/** Whether what was typed is the address of something, and no file. */
export function isAddress(text: string): boolean {
  return /^(https?|s3):\/\//i.test(text);
}

/** An image behind an address that is meant, with a name for what comes of it: its file's, and the area's. */
export interface NamedImage {
  remote: RemoteImage;
  name: string;
  title: string;
}

/**
 * Reads which image behind an address is meant.
 * @param options.bbox west,south,east,north in degrees, as typed; left out: the whole image
 * @throws CairnError `input-invalid`; the address is not repeated, since it may hold a key.
 */
export function readRemoteImage(href: string, { bbox, zoom }: { bbox?: string; zoom?: number }): NamedImage {
  if (!URL.canParse(href) || zoom !== undefined) {
    throw new CairnError('input-invalid', 'The address is neither that of an image nor that of map tiles.', {
      where: 'address',
      action:
        'Give that of a GeoTIFF (without --zoom), or of tiles with {z}, {x} and {y} in place of numbers, in quotes.',
    });
  }
  const file = new URL(href).pathname.split('/').at(-1) ?? '';
  const area = bbox === undefined ? undefined : readArea(bbox);
  const place = area?.map((edge) => String(Math.round(edge * 1e5) / 1e5)).join('_');
  const name = file.replace(/\.tiff?$/i, '');
  return {
    remote: { href, ...(area === undefined ? {} : { bbox: area }) },
    name: place === undefined ? name : `${name}-${place}`,
    title: file,
  };
}
