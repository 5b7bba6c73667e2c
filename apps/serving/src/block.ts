import { promisify } from 'node:util';
import { deflateRaw, inflateRaw, constants } from 'node:zlib';
import {
  BlockParameters,
  graphTensors,
  invalidMember,
  isBytes,
  type InferRequest,
  type Tensor,
} from '@cairn/contracts';
import Value from 'typebox/value';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** A block as a text, with its place. */
export interface BlockTensor {
  place: BlockParameters;
  /** The tensor's one element. */
  data: string;
}

/** The pixels of a padded block, RGBA row by row, with its place. */
export interface BlockImage {
  place: BlockParameters;
  rgba: Uint8Array;
}

/**
 * The block that a request carries in a tensor of the given name.
 * @throws CairnError `input-invalid` with a JSON pointer where the request is of another form.
 */
export function blockOf(request: Pick<InferRequest, 'inputs'>, name: string): BlockTensor {
  const { tensor, where } = tensorNamed(request, name);
  return { data: textOf(tensor, where), place: placeOf(tensor, where) };
}

/**
 * The image of a block, packed as a text or as plain bytes (see `graphTensors`).
 * @param sizeOf width and height that it has to have, by its place
 * @throws CairnError `input-invalid` with a JSON pointer where the request is of another form.
 */
export async function blockImage(
  request: Pick<InferRequest, 'inputs'>,
  sizeOf: (place: BlockParameters) => { width: number; height: number },
): Promise<BlockImage> {
  const { tensor, where } = tensorNamed(request, graphTensors.image);
  const place = placeOf(tensor, where);
  const { width, height } = sizeOf(place);
  if (isBytes(tensor)) return { place, rgba: await unpack(textOf(tensor, where), width * height * 4) };
  const { data, shape } = tensor;
  if (!(data instanceof Uint8Array) || shape.join() !== [height, width, 4].join()) {
    throw invalidMember(where, `must be BYTES, or UINT8 of the shape [${height}, ${width}, 4]`);
  }
  return { place, rgba: data };
}

function tensorNamed(request: Pick<InferRequest, 'inputs'>, name: string): { tensor: Tensor; where: string } {
  const index = request.inputs.findIndex((tensor) => tensor.name === name);
  const tensor = request.inputs[index];
  if (tensor === undefined) throw invalidMember('/inputs', `must hold a tensor "${name}"`);
  return { tensor, where: `/inputs/${index}` };
}

function textOf(tensor: Tensor, where: string): string {
  if (!isBytes(tensor) || tensor.data.length !== 1) throw invalidMember(`${where}/data`, 'must be one BYTES element');
  const [element] = tensor.data;
  return typeof element === 'string' ? element : Buffer.from(element!).toString('latin1');
}

function placeOf({ parameters: place }: Tensor, where: string): BlockParameters {
  if (!Value.Check(BlockParameters, place)) {
    const [first] = Value.Errors(BlockParameters, place);
    throw invalidMember(`${where}/parameters${first?.instancePath ?? ''}`, first?.message ?? 'must place the block');
  }
  const { coreX0, coreY0, coreX1, coreY1, originX, originY } = place;
  if (coreX0 >= coreX1 || coreY0 >= coreY1 || coreX0 < originX || coreY0 < originY) {
    throw invalidMember(`${where}/parameters`, 'must place a core with pixels inside the block');
  }
  return place;
}

/** BYTES elements under a name, with the block's place. */
export function tensorOf(name: string, place: BlockParameters, data: string[]): Tensor {
  return { name, datatype: 'BYTES', shape: [data.length], parameters: { ...place }, data };
}

/** Bytes as raw DEFLATE in base64. Run lengths only: pixels repeat where there is no data, and speed counts more. */
export async function pack(bytes: Uint8Array): Promise<string> {
  return (await deflate(bytes, { level: 1, strategy: constants.Z_RLE })).toString('base64');
}

/**
 * The bytes that {@link pack} packed.
 * @throws CairnError `input-invalid` where they are not `length` bytes of raw DEFLATE in base64.
 */
export async function unpack(text: string, length: number): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await inflate(Buffer.from(text, 'base64'), { maxOutputLength: Math.max(length, 1) });
  } catch (cause) {
    throw invalidMember(
      '/inputs/0/data/0',
      `must be raw DEFLATE of ${length} bytes in base64: ${(cause as Error).message}`,
    );
  }
  if (bytes.length !== length)
    throw invalidMember('/inputs/0/data/0', `must hold ${length} bytes, not ${bytes.length}`);
  return bytes;
}
