import sharp from 'sharp';
import { isTiffName, type ChipLayout, type PlacedChip } from './chip-layout.ts';
import { corrupt } from './fault.ts';
import { Raster } from './tiff/raster.ts';
import { writeCog } from './write-cog.ts';

/** Rows that are handed to the writer at once. */
const mostRows = 64;

/**
 * Writes chips as one Cloud Optimized GeoTIFF (RGBA, alpha 0 where no chip is), reading each chip once and holding only
 * those of the rows being written. The same chips give the same bytes.
 * @param target the file to write; `target` with `.spool` is used meanwhile.
 * @throws CairnError `imagery-corrupt` with the chip's name, `disk-full`
 */
export async function writeMosaic(layout: ChipLayout, target: string): Promise<void> {
  await writeCog(layout, rowsOf(layout), target);
}

interface Decoded {
  chip: PlacedChip;
  rgba: Uint8Array;
}

async function* rowsOf({ width, height, chips }: ChipLayout): AsyncGenerator<Uint8Array> {
  const waiting = [...chips].sort((a, b) => a.y - b.y);
  let active: Decoded[] = [];
  for (let y = 0; y < height;) {
    active = active.filter(({ chip }) => chip.y + chip.height > y);
    while (waiting[0]?.y === y) {
      const chip = waiting.shift()!;
      active.push({ chip, rgba: await decode(chip) });
    }
    const ends = [height, y + mostRows, waiting[0]?.y ?? height, ...active.map(({ chip }) => chip.y + chip.height)];
    const end = Math.min(...ends);
    const rows = new Uint8Array((end - y) * width * 4);
    for (const part of active) paste(part, rows, width, y, end);
    yield rows;
    y = end;
  }
}

/** Where chips overlap, what has data stays. */
function paste({ chip, rgba }: Decoded, rows: Uint8Array, width: number, from: number, end: number): void {
  for (let y = from; y < end; y++) {
    let at = (y - chip.y) * chip.width * 4;
    let to = ((y - from) * width + chip.x) * 4;
    for (let x = 0; x < chip.width; x++, at += 4, to += 4) {
      if (rgba[at + 3] === 0 || rows[to + 3] !== 0) continue;
      rows[to] = rgba[at]!;
      rows[to + 1] = rgba[at + 1]!;
      rows[to + 2] = rgba[at + 2]!;
      rows[to + 3] = 255;
    }
  }
}

async function decode(chip: PlacedChip): Promise<Uint8Array> {
  if (isTiffName(chip.name)) return decodeTiff(chip);
  try {
    const { data, info } = await sharp(chip.path, { failOn: 'error' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels === 4) return data;
  } catch (cause) {
    throw corrupt((cause as Error).message, chip.name, cause);
  }
  throw corrupt('it is no colour picture', chip.name);
}

async function decodeTiff({ name, path, width, height }: PlacedChip): Promise<Uint8Array> {
  const raster = await Raster.open(path);
  try {
    const { blockWidth, blockHeight } = raster.levels[0]!;
    const out = new Uint8Array(width * height * 4);
    for (let top = 0; top < height; top += blockHeight) {
      for (let left = 0; left < width; left += blockWidth) {
        const block = await raster.block(0, left / blockWidth, top / blockHeight);
        const bytes = Math.min(blockWidth, width - left) * 4;
        for (let y = top; y < Math.min(top + blockHeight, height); y++) {
          const from = (y - top) * blockWidth * 4;
          out.set(block.subarray(from, from + bytes), (y * width + left) * 4);
        }
      }
    }
    return out;
  } catch (cause) {
    throw corrupt((cause as Error).message, name, cause);
  } finally {
    await raster.close();
  }
}
