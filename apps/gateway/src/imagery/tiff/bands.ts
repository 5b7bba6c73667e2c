import type { GeoTIFFImage } from 'geotiff';
import { corrupt, unsupported } from '../fault.ts';

/** How the samples of a pixel are to be understood. */
export interface Bands {
  /** Samples a pixel. */
  samples: number;
  bits: 8 | 16;
  /** Grey: one sample stands for red, green and blue. */
  grey: boolean;
  /** Grey where 0 is white. */
  inverted: boolean;
  /** Index of the sample that tells where data are, or -1. */
  alpha: number;
  /** A pixel is without data where every colour has this value; null: no such value. */
  noData: number | null;
}

const advice = 'Convert it to 8-bit RGB: gdal_translate -of COG -ot Byte -b 1 -b 2 -b 3 INPUT OUTPUT.tif';

/**
 * Reads what the samples of a directory mean.
 * @throws CairnError `imagery-unsupported` for sample types, photometries or counts that are not read here.
 */
export function bandsOf(image: GeoTIFFImage): Bands {
  const directory = image.fileDirectory;
  const samples = image.getSamplesPerPixel();
  if (!(samples >= 1 && samples <= 4)) throw unsupported(`has ${samples} bands`, 'SamplesPerPixel', advice);
  const bits = new Set(Array.from({ length: samples }, (_, i) => image.getBitsPerSample(i)));
  const [depth] = bits;
  if (bits.size !== 1 || (depth !== 8 && depth !== 16)) {
    throw unsupported(`has samples of ${[...bits].join(', ')} bits`, 'BitsPerSample', advice);
  }
  if (image.getSampleFormat() !== 1) throw unsupported('has signed or floating-point samples', 'SampleFormat', advice);
  const photometric = directory.getValue('PhotometricInterpretation') ?? 1;
  if (![0, 1, 2, 6].includes(photometric)) {
    const colours = photometric === 3 ? 'has a colour table' : `has the photometry ${photometric}`;
    throw unsupported(colours, 'PhotometricInterpretation', `${advice} (with -expand rgb for a colour table)`);
  }
  if (photometric === 6 && directory.getValue('Compression') !== 7) {
    throw unsupported('is in YCbCr without JPEG', 'PhotometricInterpretation', advice);
  }
  const extra = Array.from(directory.getValue('ExtraSamples') ?? [], Number);
  const isAlpha = extra.findIndex((kind) => kind === 1 || kind === 2);
  const alpha = isAlpha === -1 ? -1 : samples - extra.length + isAlpha;
  // GDAL writes colours of 16 bits as grey with two more bands of no known kind: only an alpha is told apart for sure.
  const grey = samples - (alpha === -1 ? 0 : 1) < 3;
  if (alpha >= samples || (alpha === 0 && samples > 0))
    throw corrupt('its bands contradict each other', 'ExtraSamples');
  const noData = image.getGDALNoData();
  return {
    samples,
    bits: depth,
    grey,
    inverted: photometric === 0,
    alpha,
    noData: noData === null || !Number.isFinite(noData) ? null : noData,
  };
}
