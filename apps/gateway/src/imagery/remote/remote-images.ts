import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError, type RemoteImage } from '@cairn/contracts';
import type { Bbox } from '@cairn/geo';
import type { JobContext } from '../../jobs/process.ts';
import { cutBox } from '../cut.ts';
import type { ImageryThread } from '../reader-thread.ts';
import type { ByteRange } from '../tiff/level.ts';
import { Raster } from '../tiff/raster.ts';
import { checkBbox } from '../xyz/tile-area.ts';
import { whatIs } from '../xyz/tile-picture.ts';
import type { ImageAddresses } from './image-addresses.ts';
import { RemoteFile, unreachable } from './remote-file.ts';
import { SparseFile } from './sparse-file.ts';

/** Where an image is from, as the catalogue keeps it. */
export interface RemoteOrigin {
  /** The address, its query masked. */
  href: string;
  /** Bytes of the file there, and what its server tells of its content. */
  size: number;
  etag: string | null;
  lastModified: string | null;
  /** The area that was taken; left out: all of it. */
  bbox?: Bbox;
}

/** Fetches images behind addresses: the whole file, or of a Cloud Optimized GeoTIFF the part of an area. */
export class RemoteImages {
  readonly #addresses: ImageAddresses;
  readonly #reader: ImageryThread;
  readonly #mostBytes: number;

  /** @param options.mostBytes the most that is fetched for one image. */
  constructor(options: { addresses: ImageAddresses; reader: ImageryThread; mostBytes: number }) {
    this.#addresses = options.addresses;
    this.#reader = options.reader;
    this.#mostBytes = options.mostBytes;
  }

  /**
   * Fetches an image into the job's work folder. What an earlier attempt of the job has fetched is not fetched again, where the
   * file is still the same.
   * @param onBytes told how many bytes of how many came
   * @returns the file, a GeoTIFF, and where it is from.
   * @throws CairnError `input-invalid`, `imagery-unreachable`, `imagery-*`, `aoi-outside-imagery`, `too-large`, `disk-full`;
   * the reason of the job's signal.
   */
  async fetch(
    { href, bbox }: RemoteImage,
    folder: string,
    { signal, log }: Pick<JobContext, 'signal' | 'log'>,
    onBytes: (done: number, all: number) => void,
  ): Promise<{ path: string; origin: RemoteOrigin }> {
    const area = bbox === undefined ? undefined : checkBbox(bbox, '/inputs/remote/bbox');
    const address = this.#addresses.read(href);
    const remote = await RemoteFile.open(address, signal);
    log(`${address.shown} has ${remote.identity.size} bytes`);
    await mkdir(folder, { recursive: true });
    const copy = await SparseFile.open(join(folder, 'remote.tif'), remote);
    try {
      const head = await copy.read(0, 512);
      if (!isTiff(head)) throw unreachable(address, `answers with something that ${whatIs(head)}, nor a GeoTIFF`);
      const ranges = await this.#ranges(copy, area);
      const bytes = ranges.reduce((sum, { length }) => sum + length, 0);
      if (bytes > this.#mostBytes) throw tooLarge(bytes, area !== undefined, address.shown);
      await copy.fill(ranges, onBytes);
      const origin = { href: address.shown, ...remote.identity, ...(area === undefined ? {} : { bbox: area }) };
      if (area === undefined) return { path: copy.path, origin };
      const target = join(folder, 'part.tif');
      await this.#reader.call('cut', copy.path, area, target);
      return { path: target, origin };
    } finally {
      await copy.close();
    }
  }

  /** What has to be fetched, after a look at the file's head: that it is an image, and where its blocks lie. */
  async #ranges(copy: SparseFile, area: Bbox | undefined): Promise<ByteRange[]> {
    const raster = await Raster.openBytes(copy);
    return area === undefined ? [{ offset: 0, length: copy.size }] : raster.blockRanges(cutBox(raster, area));
  }
}

function isTiff(head: Uint8Array): boolean {
  return /^(II[*+]\0|MM\0[*+])/.test(String.fromCharCode(...head.subarray(0, 4)));
}

function tooLarge(bytes: number, isPart: boolean, where: string): CairnError {
  return new CairnError('too-large', `${Math.ceil(bytes / 1024 / 1024)} MiB of the image would have to be fetched.`, {
    where,
    action: isPart
      ? 'Take a smaller area, or raise CAIRN_MAX_UPLOAD_MIB.'
      : 'Name the area that you need (bbox), or raise CAIRN_MAX_UPLOAD_MIB.',
  });
}
