import { graphTensors, invalidMember, isBytes, type Tensor } from '@cairn/contracts';
import type { Network } from './network.ts';
import { isWithin01 } from './unit-interval.ts';

/** Largest image in pixels: the network's memory grows with it. 2048 × 2048. */
const mostPixels = 2 ** 22;

/** Images as a caller sends them who knows nothing of blocks: RGB, each plane row by row. */
export interface RawImage {
  count: number;
  width: number;
  height: number;
  /** float32 [count, 3, height, width], 0..1 as far as `check` is content. */
  planes: Float32Array;
  /** @throws CairnError `input-invalid` */
  check(): void;
}

/**
 * The raw form of the tensor `image`, or null where it is a block: FP32 [N, 3, H, W] in 0..1, or UINT8 of the same shape.
 * Height and width have to be multiples of the network's stride.
 * @throws CairnError `input-invalid`
 */
export function rawImage(inputs: readonly Tensor[], stride: number): RawImage | null {
  const index = inputs.findIndex(({ name }) => name === graphTensors.image);
  const tensor = inputs[index];
  // A block has a place.
  if (tensor === undefined || isBytes(tensor) || isPlaced(tensor)) return null;
  const where = `/inputs/${index}`;
  const [count = 0, bands, height = 0, width = 0] = tensor.shape;
  if (tensor.shape.length !== 4 || bands !== 3 || count < 1) {
    throw invalidMember(`${where}/shape`, 'must be [N, 3, H, W] with at least one image');
  }
  if (height < 1 || width < 1 || height % stride !== 0 || width % stride !== 0) {
    throw invalidMember(`${where}/shape`, `must be of a height and width that are multiples of ${stride}`);
  }
  if (height * width > mostPixels) {
    throw invalidMember(`${where}/shape`, `must be of at most ${mostPixels} pixels an image: cut it`);
  }
  return { count, width, height, ...planesOf(tensor, where) };
}

/**
 * What the network itself answers: `probability` float32 [N, 1, H, W]. Images go through one after the other, so that the answer
 * does not depend on what else was asked with it.
 * @throws CairnError `input-invalid`, `model-output-invalid`
 */
export async function answerRaw(network: Pick<Network, 'run'>, image: RawImage): Promise<Tensor> {
  const { count, width, height } = image;
  const answered = each(network, image);
  answered.catch(() => undefined);
  // While a large image is on its way to the network's thread, which does not wait for that.
  image.check();
  return { name: graphTensors.probability, datatype: 'FP32', shape: [count, 1, height, width], data: await answered };
}

async function each(network: Pick<Network, 'run'>, { count, width, height, planes }: RawImage): Promise<Float32Array> {
  const pixels = width * height;
  const one = (n: number): Promise<Float32Array> =>
    network.run(planes.subarray(n * 3 * pixels, (n + 1) * 3 * pixels), width, height);
  if (count === 1) return one(0);
  const answers = new Float32Array(count * pixels);
  for (let n = 0; n < count; n++) answers.set(await one(n), n * pixels);
  return answers;
}

function planesOf({ datatype, data }: Tensor, where: string): Pick<RawImage, 'planes' | 'check'> {
  if (datatype === 'UINT8') return { planes: scaled(data as Uint8Array), check: () => undefined };
  if (datatype !== 'FP32' || !(data instanceof Float32Array)) {
    throw invalidMember(`${where}/datatype`, 'must be FP32 (0..1), UINT8 (0..255), or BYTES for a block');
  }
  const check = (): void => {
    // NaN fails too, which the network would spread over its whole answer.
    if (!isWithin01(data)) throw invalidMember(`${where}/data`, 'must hold values from 0 to 1, or be UINT8');
  };
  return { planes: data, check };
}

function isPlaced({ parameters }: Tensor): boolean {
  return parameters !== undefined && 'originX' in parameters;
}

// A counted loop: iterators and callbacks cost several milliseconds a window here.

function scaled(bytes: Uint8Array): Float32Array {
  const floats = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) floats[i] = bytes[i]! / 255;
  return floats;
}
