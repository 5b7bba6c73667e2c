import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';
import { dataToJson, graphTensors, headerLengthName, type Tensor, writeInferRequest } from '@cairn/contracts';
import type { BlockImage } from '../block-image.ts';

const deflate = promisify(deflateRaw);

/** What is posted to a model server. */
export interface Message {
  headers: Record<string, string>;
  /** Its body, in the pieces in which it lies in memory: pixels are not copied. */
  parts: readonly Uint8Array[];
}

/** A tensor as binary data; the answer is to be such, too. */
export function binaryMessage(input: Tensor): Message {
  const { parts, headerLength } = writeInferRequest({ parameters: { binary_data_output: true }, inputs: [input] });
  return { headers: { [headerLengthName]: String(headerLength) }, parts };
}

/** A tensor as JSON, for what lets no binary data through. */
export function jsonMessage(input: Tensor): Message {
  const request = { inputs: [{ ...input, data: dataToJson(input) }] };
  return { headers: { 'content-type': 'application/json' }, parts: [Buffer.from(JSON.stringify(request))] };
}

/** The tensor `image` of a block (see `graphTensors`), with its pixels as they are. */
export function plainImage({ place, rgba, width, height }: BlockImage): Tensor {
  const { image: name } = graphTensors;
  return { name, datatype: 'UINT8', shape: [height, width, 4], parameters: { ...place }, data: rgba };
}

/** The same as a text. A photograph hardly packs, and is sent as it is; where there are no data, run lengths do. */
export async function packedImage({ place, rgba }: BlockImage): Promise<Tensor> {
  const packed = await deflate(rgba, isFull(rgba) ? { level: 0 } : { level: 1, strategy: constants.Z_RLE });
  const data = [packed.toString('base64')];
  return { name: graphTensors.image, datatype: 'BYTES', shape: [1], parameters: { ...place }, data };
}

function isFull(rgba: Uint8Array): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] === 0) return false;
  return true;
}
