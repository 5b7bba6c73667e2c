import { chipName, isGeographic, mercatorBounds } from '@cairn/geo';
import { CairnError } from '@cairn/contracts';
import sharp from 'sharp';
import { corrupt, unsupported } from './fault.ts';
import { Raster } from './tiff/raster.ts';

/** An image file of the object store with the name it was uploaded under. */
export interface ChipFile {
  name: string;
  path: string;
}

/** One chip on the mosaic: its pixels are those of the mosaic from x, y on. */
export interface PlacedChip extends ChipFile {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A raster on the ground: its top left corner and its pixels in units of its CRS, its size in pixels. */
interface Placed {
  epsg: number;
  geographic: boolean;
  west: number;
  north: number;
  pixelWidth: number;
  pixelHeight: number;
  width: number;
  height: number;
}

/** Where the chips of a folder lie on one grid of pixels. */
export interface ChipLayout extends Placed {
  chips: PlacedChip[];
}

/** Pixels that a chip may lie off the common grid: coordinates in headers are rounded. */
const alignment = 0.05;
/** Less of the mosaic than this covered by chips: they are of different places. */
const leastCover = 1 / 1000;

const tiffName = /\.tiff?$/i;

/** Whether a file is taken as a GeoTIFF, by its name; other chips are placed by their names. */
export function isTiffName(name: string): boolean {
  return tiffName.test(name);
}

/**
 * Lays chips out: GeoTIFFs by their georeference, other pictures as tiles of the web map by their names
 * (`PREFIX-x-y-z.jpg`).
 * @throws CairnError `imagery-unsupported`, `imagery-corrupt`, `imagery-no-georeference`; `where` is the chip.
 */
export async function layChips(files: readonly ChipFile[]): Promise<ChipLayout> {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const tiffs = sorted.filter(({ name }) => isTiffName(name));
  if (tiffs.length !== 0 && tiffs.length !== sorted.length) {
    throw unsupported('folder mixes GeoTIFFs with other pictures', sorted[0]!.name, 'Add chips of one kind.');
  }
  return together(tiffs.length === 0 ? await tiles(sorted) : await geotiffs(sorted));
}

/** A chip with its place on the ground. */
type Chip = ChipFile & Placed;

async function tiles(files: readonly ChipFile[]): Promise<Chip[]> {
  const seen = new Map<string, string>();
  const chips: Chip[] = [];
  for (const file of files) {
    const tile = chipName(file.name.split('/').at(-1)!);
    if (tile === undefined) throw unplaced(file.name);
    const key = `${tile.z}/${tile.x}/${tile.y}`;
    const other = seen.get(key);
    if (other !== undefined) {
      throw unsupported(`chips ${other} and ${file.name} are of the same tile`, file.name, 'Take one of them out.');
    }
    seen.set(key, file.name);
    const { width, height } = await size(file);
    const bounds = mercatorBounds(tile);
    const edge = bounds.x1 - bounds.x0;
    const place = { epsg: 3857, geographic: false, west: bounds.x0, north: bounds.y1 };
    chips.push({ ...file, ...place, pixelWidth: edge / width, pixelHeight: edge / height, width, height });
  }
  return chips;
}

async function size({ name, path }: ChipFile): Promise<{ width: number; height: number }> {
  try {
    const { width, height } = await sharp(path).metadata();
    return { width, height };
  } catch (cause) {
    throw corrupt((cause as Error).message, name, cause);
  }
}

async function geotiffs(files: readonly ChipFile[]): Promise<Chip[]> {
  const chips: Chip[] = [];
  for (const file of files) {
    const raster = await named(file.name, Raster.open(file.path));
    try {
      const { epsg, crs, transform } = raster.reference;
      if (raster.bands.bits !== 8) {
        throw unsupported('chip has 16 bits a sample', file.name, 'Convert the chips together to 8 bits.');
      }
      const [west, pixelWidth, , north, , height] = transform;
      const { width, height: rows } = raster.levels[0]!;
      const place = { epsg, geographic: isGeographic(crs), west, north };
      chips.push({ ...file, ...place, pixelWidth, pixelHeight: -height, width, height: rows });
    } finally {
      await raster.close();
    }
  }
  return chips;
}

/** All chips on the grid of the first, which has to be theirs too. */
function together(chips: readonly Chip[]): ChipLayout {
  const first = chips[0]!;
  const { epsg, geographic, pixelWidth, pixelHeight } = first;
  const west = Math.min(...chips.map((chip) => chip.west));
  const north = Math.max(...chips.map((chip) => chip.north));
  const placed = chips.map((chip) => {
    const x = (chip.west - west) / pixelWidth;
    const y = (north - chip.north) / pixelHeight;
    const drift = Math.max(
      Math.abs(x - Math.round(x)),
      Math.abs(y - Math.round(y)),
      Math.abs(chip.pixelWidth / pixelWidth - 1) * chip.width,
      Math.abs(chip.pixelHeight / pixelHeight - 1) * chip.height,
    );
    if (chip.epsg !== epsg || drift > alignment) {
      throw unsupported(
        `chips ${first.name} and ${chip.name} are not on one grid of pixels`,
        chip.name,
        'Add chips that were cut from one image, or merge them first: gdalwarp -of COG CHIPS… OUTPUT.tif',
      );
    }
    const { name, path, width, height } = chip;
    return { name, path, x: Math.round(x), y: Math.round(y), width, height };
  });
  const width = Math.max(...placed.map((chip) => chip.x + chip.width));
  const height = Math.max(...placed.map((chip) => chip.y + chip.height));
  const covered = placed.reduce((sum, chip) => sum + chip.width * chip.height, 0);
  if (covered / (width * height) < leastCover) {
    throw unsupported('chips lie far apart', first.name, 'Add the chips of each place as imagery of its own.');
  }
  return { epsg, geographic, west, north, pixelWidth, pixelHeight, width, height, chips: placed };
}

async function named<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    throw new CairnError(error.code, `${name}: ${error.message}`, { ...error.more, where: name });
  }
}

function unplaced(name: string): CairnError {
  return new CairnError('imagery-no-georeference', `The picture ${name} does not say where it lies.`, {
    where: name,
    action: 'Name chips PREFIX-x-y-z.jpg by their tile of the web map, or add a GeoTIFF.',
  });
}
