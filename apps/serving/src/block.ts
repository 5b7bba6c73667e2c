import { promisify } from 'node:util';
import { deflateRaw, inflateRaw, constants } from 'node:zlib';
import { BlockParameters, invalidMember, isBytes, type InferRequest, type Tensor } from '@cairn/contracts';
import Value from 'typebox/value';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** A block as it travels: the one tensor of a request, with its place. */
export interface BlockTensor {
  place: BlockParameters;
  /** The tensor's one element. */
  data: string;
}

/**
 * The block that a request carries in a tensor of the given name.
 * @throws CairnError `input-invalid` with a JSON pointer where the request is of another form.
 */
export function blockOf(request: Pick<InferRequest, 'inputs'>, name: string): BlockTensor {
  const index = request.inputs.findIndex((tensor) => tensor.name === name);
  const tensor = request.inputs[index];
  if (tensor === undefined) throw invalidMember('/inputs', `must hold a tensor "${name}"`);
  if (!isBytes(tensor) || tensor.data.length !== 1) {
    throw invalidMember(`/inputs/${index}/data`, 'must be one BYTES element');
  }
  const [element] = tensor.data;
  const data = typeof element === 'string' ? element : Buffer.from(element!).toString('latin1');
  const place = tensor.parameters;
  if (!Value.Check(BlockParameters, place)) {
    const [first] = Value.Errors(BlockParameters, place);
    throw invalidMember(
      `/inputs/${index}/parameters${first?.instancePath ?? ''}`,
      first?.message ?? 'must place the block',
    );
  }
  const { coreX0, coreY0, coreX1, coreY1, originX, originY } = place;
  if (coreX0 >= coreX1 || coreY0 >= coreY1 || coreX0 < originX || coreY0 < originY) {
    throw invalidMember(`/inputs/${index}/parameters`, 'must place a core with pixels inside the block');
  }
  return { place, data };
}

/** One BYTES element under a name, with the block's place. */
export function tensorOf(name: string, place: BlockParameters, data: string): Tensor {
  return { name, datatype: 'BYTES', shape: [1], parameters: { ...place }, data: [data] };
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
