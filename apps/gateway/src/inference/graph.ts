import type { Digest } from '@cairn/contracts';
import type { ProductionVersion } from '../registry/versions.ts';

/** What a model server executes, as plain data: detector, then transformer, of one version. Lengths are in pixels. */
export interface Graph {
  model: string;
  version: number;
  weightsDigest: Digest;
  stride: number;
  halo: number;
  /** Edge of the core of one window of the network. */
  window: number;
}

/** Edge of a window's core where the network's stride divides it. */
const windowSize = 512;

/** The graph of a version. Halo and window are rounded up to the network's stride. */
export function graphOf(
  version: Pick<ProductionVersion, 'model' | 'version' | 'weights_digest' | 'stride' | 'halo'>,
): Graph {
  const { model, weights_digest: weightsDigest, stride, halo } = version;
  const rounded = (length: number): number => Math.ceil(length / stride) * stride;
  return {
    model,
    version: version.version,
    weightsDigest,
    stride,
    halo: rounded(halo),
    window: rounded(windowSize),
  };
}

/** Edge of a block's core near to the wanted one: whole windows, so that no window is cut. */
export function blockSize({ window }: Graph, wanted: number): number {
  return Math.max(1, Math.round(wanted / window)) * window;
}
