import { footprint, type Bbox, type Box, type GeoTransform, type Tile } from '@cairn/geo';
import sharp from 'sharp';
import { BlockCache } from './block-cache.ts';
import { layChips, type ChipFile } from './chip-layout.ts';
import { coverage } from './coverage.ts';
import { cutBox, writeCut } from './cut.ts';
import { corrupt } from './fault.ts';
import { writeMosaic } from './mosaic.ts';
import { renderTile, tileSize } from './map-tile.ts';
import { groundResolution, modelGrid } from './model-grid.ts';
import { Raster } from './tiff/raster.ts';
import { readWindow, type OpenRaster } from './window.ts';

/** What an image is. `footprint` is its outline, one ring of 1e-7 degree; `gsd` metres a pixel at its centre. */
export interface ImageryInfo {
  width: number;
  height: number;
  epsg: number;
  /** The system's `Crs.name`. */
  crs: string;
  /** Metres to which the system's relation to WGS 84 is known. */
  accuracy: number;
  transform: GeoTransform;
  bands: number;
  bits: number;
  gsd: number;
  footprint: number[];
  /** Pixels across one of its tiles or strips. */
  blockWidth: number;
}

/** Files that are kept open. */
const mostOpen = 8;

/** Images of at most this many pixels are read as a whole when they are checked; of larger ones a sample of blocks. */
const checkedWhole = 256 * 1024 * 1024;

/** Reads images of the object store by path. Computes, so it runs in a thread of its own (see `reader-thread.ts`). */
export class ImageryReader {
  readonly #cache: BlockCache;
  readonly #open = new Map<string, Held>();

  /**
   * @param options.cacheBytes decoded pixels that are kept
   * @param options.mostCacheBytes decoded pixels that are kept of an image whose strips reach across it
   */
  constructor({ cacheBytes, mostCacheBytes = cacheBytes }: { cacheBytes: number; mostCacheBytes?: number }) {
    this.#cache = new BlockCache({ limit: cacheBytes, most: mostCacheBytes });
  }

  /**
   * What an image is.
   * @throws CairnError `imagery-corrupt`, `imagery-unsupported`, `imagery-no-georeference`
   */
  describe(path: string): Promise<ImageryInfo> {
    return this.#with(path, ({ raster }) => {
      const { width, height, blockWidth } = raster.levels[0]!;
      const { epsg, crs, accuracy, transform } = raster.reference;
      const ring = placed(() => footprint({ x0: 0, y0: 0, x1: width, y1: height }, raster.reference));
      // A tenth of a millimetre is less than any survey knows.
      const gsd = Math.round(groundResolution(raster.reference, width, height) * 1e4) / 1e4;
      if (ring.length < 6 || !(gsd > 0)) throw corrupt('it lies off the globe', 'ModelTiepoint');
      const { samples, bits } = raster.bands;
      const reference = { epsg, crs: crs.name, accuracy, transform };
      return Promise.resolve({ width, height, ...reference, bands: samples, bits, gsd, footprint: ring, blockWidth });
    });
  }

  /**
   * Decodes an image's blocks to see that they are sound: all of them, or 64 spread over a large image.
   * @throws CairnError `imagery-corrupt` with the place of the broken block.
   */
  check(path: string): Promise<void> {
    return this.#with(path, async ({ raster }) => {
      for (const [index, level] of raster.levels.entries()) {
        const columns = Math.ceil(level.width / level.blockWidth);
        const blocks = columns * Math.ceil(level.height / level.blockHeight);
        const step = level.width * level.height <= checkedWhole ? 1 : Math.max(1, blocks / 64);
        for (let at = 0; at < blocks; at += step) {
          const block = Math.floor(at);
          await raster.block(index, block % columns, Math.floor(block / columns));
        }
      }
    });
  }

  /** A window of the grid of a model of `gsd` metres a pixel, RGBA; see `readWindow` and `modelGrid`. */
  window(path: string, gsd: number, box: Box): Promise<Uint8Array> {
    return this.#with(path, (open) => {
      const { width, height } = open.raster.levels[0]!;
      const grid = modelGrid({ width, height, reference: open.raster.reference }, gsd);
      return readWindow(open, grid, box, this.#cache);
    });
  }

  /** Which boxes of the grid of a model of `gsd` metres a pixel have data; see `coverage`. */
  coverage(path: string, gsd: number, boxes: Box[]): Promise<boolean[]> {
    return this.#with(path, (open) => {
      const { width, height } = open.raster.levels[0]!;
      const { scale } = modelGrid({ width, height, reference: open.raster.reference }, gsd);
      return coverage(open, scale, boxes, this.#cache);
    });
  }

  /** A tile of the web map as PNG; undefined where the image is not in it. */
  tile(path: string, tile: Tile): Promise<Uint8Array | undefined> {
    return this.#with(path, async (open) => {
      const rgba = await renderTile(open, tile, this.#cache);
      if (rgba === null) return undefined;
      const raw = { width: tileSize, height: tileSize, channels: 4 } as const;
      return new Uint8Array(await sharp(rgba, { raw }).png({ compressionLevel: 4 }).toBuffer());
    });
  }

  /**
   * Writes chips as one Cloud Optimized GeoTIFF; see `layChips` and `writeMosaic`.
   * @throws CairnError as they do.
   */
  async mosaic(chips: readonly ChipFile[], target: string): Promise<void> {
    await writeMosaic(await layChips(chips), target);
  }

  /**
   * Writes the part of an image that an area takes as a Cloud Optimized GeoTIFF; see `cutBox` and `writeCut`.
   * @param bbox in degrees
   * @throws CairnError as they do.
   */
  cut(path: string, bbox: Bbox, target: string): Promise<void> {
    return this.#with(path, (open) => writeCut(open, cutBox(open.raster, bbox), target, this.#cache));
  }

  /** Closes every file that nobody reads. */
  async close(): Promise<void> {
    for (const [name, { opening, users }] of this.#open) {
      if (users > 0) continue;
      this.#open.delete(name);
      await (await opening).close();
    }
  }

  /** Works on an image, which stays open meanwhile and, of those used last, afterwards. */
  async #with<T>(path: string, work: (open: OpenRaster) => Promise<T>): Promise<T> {
    const held = this.#open.get(path) ?? { opening: Raster.open(path), users: 0 };
    this.#open.delete(path);
    this.#open.set(path, held);
    held.users += 1;
    try {
      return await work({ name: path, raster: await held.opening });
    } finally {
      held.users -= 1;
      await this.#giveUp(path, held);
    }
  }

  /** Closes the images used longest ago, and the one just used where it could not be opened. */
  async #giveUp(path: string, held: Held): Promise<void> {
    const opened = await held.opening.then(
      () => true,
      () => false,
    );
    if (!opened && this.#open.get(path) === held) this.#open.delete(path);
    for (const [name, { opening, users }] of this.#open) {
      if (this.#open.size <= mostOpen) return;
      if (users > 0) continue;
      this.#open.delete(name);
      await (await opening).close();
    }
  }
}

interface Held {
  opening: Promise<Raster>;
  users: number;
}

function placed<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw corrupt('it lies off the globe', 'ModelTiepoint', cause);
  }
}
