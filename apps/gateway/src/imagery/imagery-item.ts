import type { Digest } from '@cairn/contracts';
import { boxOf, degreesOf, polygonCoordinates, type Bbox } from '@cairn/geo';
import { licenceMembers } from '../catalog/licence.ts';
import type { ImageryInfo } from './reader.ts';
import type { RemoteOrigin } from './remote/remote-images.ts';
import type { TileGap } from './xyz/gaps.ts';
import type { TileOrigin } from './xyz/tile-sets.ts';

/** What is known of imagery beside its pixels: told by whoever adds it. */
export interface ImageryLabel {
  id: string;
  title: string;
  licence: string;
  attribution: string;
}

/** West, south, east, north of an image in degrees. */
export function bboxOf({ footprint }: Pick<ImageryInfo, 'footprint'>): Bbox {
  const { x0, y0, x1, y1 } = boxOf([footprint]);
  return [degreesOf(x0), degreesOf(y0), degreesOf(x1), degreesOf(y1)];
}

/** Address of an image's file, from the root of the gateway. */
export function imageAddress(id: string): string {
  return `/imagery/${id}/image.tif`;
}

/** A digest as the file extension of STAC writes it: multihash, SHA-256, 32 bytes. */
export function multihash(digest: Digest): string {
  return `1220${digest.slice('sha256:'.length)}`;
}

/** The digest of a SHA-256 multihash; undefined for any other text. */
export function digestOfMultihash(text: unknown): Digest | undefined {
  return typeof text === 'string' && /^1220[0-9a-f]{64}$/.test(text) ? `sha256:${text.slice(4)}` : undefined;
}

/**
 * The STAC item of imagery. When it was taken is seldom told: `end_datetime` says that it was before it was added.
 * @param file digest and bytes of the GeoTIFF
 * @param source what was added: its digest, the file's own or that of the set of chips that it was made from, and for map
 * tiles where they are from and which of them lack
 * @param at RFC 3339 in UTC, when it was added
 */
export function imageryItem(
  label: ImageryLabel,
  info: ImageryInfo,
  file: { digest: Digest; size: number },
  source: { digest: Digest; tiles?: TileOrigin; gaps?: readonly TileGap[]; remote?: RemoteOrigin },
  at: string,
): Record<string, unknown> & { id: string; collection: string } {
  const [west, pixelWidth, , north, , pixelHeight] = info.transform;
  return {
    type: 'Feature',
    stac_version: '1.1.0',
    stac_extensions: [
      'https://stac-extensions.github.io/projection/v2.0.0/schema.json',
      'https://stac-extensions.github.io/file/v2.1.0/schema.json',
    ],
    id: label.id,
    collection: 'imagery',
    bbox: bboxOf(info),
    geometry: { type: 'Polygon', coordinates: polygonCoordinates([info.footprint]) },
    properties: {
      title: label.title,
      datetime: null,
      start_datetime: '1970-01-01T00:00:00Z',
      end_datetime: at,
      created: at,
      ...licenceMembers(label.licence),
      ...(label.attribution === '' ? {} : { providers: [{ name: label.attribution, roles: ['licensor'] }] }),
      gsd: Number(info.gsd.toFixed(4)),
      'proj:code': `EPSG:${info.epsg}`,
      'proj:shape': [info.height, info.width],
      'proj:transform': [pixelWidth, 0, west, 0, pixelHeight, north],
      // Of more than a metre, mappers should know: it is no fault of the image.
      ...(info.accuracy > 1 ? { 'cairn:crs_accuracy': info.accuracy } : {}),
      'cairn:source_digest': source.digest,
      ...(source.tiles === undefined ? {} : { 'cairn:tiles': source.tiles }),
      ...(source.gaps === undefined ? {} : { 'cairn:gaps': source.gaps }),
      ...(source.remote === undefined ? {} : { 'cairn:remote': source.remote }),
    },
    assets: {
      image: {
        href: imageAddress(label.id),
        type: 'image/tiff; application=geotiff',
        title: 'The image',
        roles: ['data', 'visual'],
        'file:checksum': multihash(file.digest),
        'file:size': file.size,
      },
    },
    links: [],
  };
}
