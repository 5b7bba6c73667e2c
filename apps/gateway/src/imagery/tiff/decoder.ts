import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { BaseDecoder, getDecoder, type GeoTIFFImage } from 'geotiff';
import sharp from 'sharp';
import { unsupported } from '../fault.ts';

const inflated = promisify(inflate);

type Inflate = (bytes: Uint8Array) => Promise<Uint8Array>;
type Parameters = ConstructorParameters<typeof BaseDecoder>[0];

/** TIFF compression schemes that are read here, by number. */
const compressions: Readonly<Record<number, string>> = {
  1: 'none',
  5: 'LZW',
  7: 'JPEG',
  8: 'DEFLATE',
  32773: 'PackBits',
  32946: 'DEFLATE',
  50000: 'ZSTD',
  50001: 'WebP',
};

/** Decodes the blocks of one directory, off the event loop where a native decoder exists, and undoes its predictor. */
class BlockDecoder extends BaseDecoder {
  readonly #inflate: Inflate;

  constructor(parameters: Parameters, inflate: Inflate) {
    super(parameters);
    this.#inflate = inflate;
  }

  override async decodeBlock(buffer: ArrayBufferLike): Promise<ArrayBufferLike> {
    const bytes = await this.#inflate(new Uint8Array(buffer));
    // The predictor and the readers view the whole buffer as numbers: it must be the block alone. (`Buffer.slice` copies
    // nothing.)
    return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : new Uint8Array(bytes).buffer;
  }
}

/**
 * The decoder of a directory's blocks.
 * @param blockBytes size of a decoded block, the most that is ever unpacked.
 * @throws CairnError `imagery-unsupported` for a compression that is not read here.
 */
export async function decoderOf(image: GeoTIFFImage, blockBytes: number): Promise<BaseDecoder> {
  const directory = image.fileDirectory;
  const compression = directory.getValue('Compression') ?? 1;
  if (compressions[compression] === undefined) {
    throw unsupported(
      `is compressed by scheme ${compression}`,
      'Compression',
      'Convert it: gdal_translate -of COG -co COMPRESS=DEFLATE INPUT OUTPUT.tif',
    );
  }
  const parameters: Parameters = {
    tileWidth: image.getTileWidth(),
    tileHeight: image.getTileHeight(),
    predictor: (await directory.loadValue('Predictor')) ?? 1,
    bitsPerSample: Array.from(directory.getValue('BitsPerSample') ?? [1], Number),
    planarConfiguration: image.planarConfiguration,
    samplesPerPixel: image.getSamplesPerPixel(),
  };
  switch (compressions[compression]) {
    case 'none':
      return new BlockDecoder(parameters, (bytes) => Promise.resolve(bytes));
    case 'DEFLATE':
      return new BlockDecoder(parameters, (bytes) => inflated(bytes, { maxOutputLength: blockBytes }));
    case 'JPEG':
      return new BlockDecoder(parameters, jpegInflate(image));
    case 'WebP':
      return new BlockDecoder(parameters, (bytes) => pixels(bytes, image));
    default:
      return getDecoder(compression, parameters);
  }
}

/** JPEG blocks share their tables, which stand in a field of their own; together they are a JPEG file each. */
function jpegInflate(image: GeoTIFFImage): Inflate {
  const tables = Uint8Array.from(image.fileDirectory.getValue('JPEGTables') ?? []);
  const isYCbCr = image.fileDirectory.getValue('PhotometricInterpretation') === 6;
  // Adobe's marker tells the decoder whether the three components are YCbCr or RGB; else it guesses by their names.
  const adobe = [0xff, 0xee, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, isYCbCr ? 1 : 0];
  const start = [0xff, 0xd8, ...(image.getSamplesPerPixel() === 3 ? adobe : [])];
  return (block) => pixels(Buffer.concat([Buffer.from(start), tables.subarray(2, -2), block.subarray(2)]), image);
}

/** Pixels of an encoded block with as many samples as the block has; of another count, nothing, which is too short. */
async function pixels(encoded: Uint8Array, image: GeoTIFFImage): Promise<Uint8Array> {
  const samples = image.planarConfiguration === 2 ? 1 : image.getSamplesPerPixel();
  const { data, info } = await sharp(encoded, { failOn: 'error', limitInputPixels: 64 * 1024 * 1024 })
    .toColourspace(samples < 3 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return (info.channels as number) === samples ? data : new Uint8Array();
}
