import { messagesOf, numbersOf, textOf } from './message.ts';

/** A tensor that a network takes or gives. */
export interface NetworkTensor {
  name: string;
  /** As MLM names it; null where it is of none of those. */
  type: string | null;
  /** Sizes; -1 where one is free. Null where nothing is told of them. */
  shape: number[] | null;
}

/** What an ONNX file tells of its network. */
export interface Network {
  /** Numbers in its weights; null where some are stored as whole numbers, of which not each is a parameter. */
  parameters: number | null;
  inputs: NetworkTensor[];
  outputs: NetworkTensor[];
}

// Numbers of fields in onnx.proto3, and of types in TensorProto.DataType.
const model = { graph: 7 } as const;
const graph = { initializer: 5, input: 11, output: 12 } as const;
const tensor = { dims: 1, type: 2, name: 8 } as const;
const value = { name: 1, type: 2, tensorType: 1, elementType: 1, shape: 2, dim: 1, size: 1 } as const;
const types: Record<number, string> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
};
/** float32, float16, float64, bfloat16. */
const floats = new Set([1, 10, 11, 16]);
/** int32, int64: an exporter writes shapes, axes and places in them; whole numbers of other types are quantised weights. */
const structural = new Set([6, 7]);

/** Reads an ONNX file. Null where the bytes are none, or not one that can be told of. */
export function readNetwork(onnx: Uint8Array): Network | null {
  try {
    const [found] = messagesOf(onnx, model.graph);
    if (found === undefined) return null;
    const weights = [...messagesOf(found, graph.initializer)];
    // Older exporters name the weights among the inputs too.
    const held = new Set(weights.map((one) => textOf(one, tensor.name)));
    const inputs = [...messagesOf(found, graph.input)].map(tensorOf).filter(({ name }) => !held.has(name));
    const outputs = [...messagesOf(found, graph.output)].map(tensorOf);
    return outputs.length === 0 ? null : { parameters: countOf(weights), inputs, outputs };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function countOf(weights: readonly Uint8Array[]): number | null {
  let count = 0;
  for (const one of weights) {
    const type = numbersOf(one, tensor.type)[0] ?? 0;
    if (floats.has(type)) count += numbersOf(one, tensor.dims).reduce((product, size) => product * size, 1);
    else if (!structural.has(type)) return null;
  }
  return Number.isSafeInteger(count) ? count : null;
}

function tensorOf(info: Uint8Array): NetworkTensor {
  const [type] = messagesOf(info, value.type);
  const [told] = type === undefined ? [] : messagesOf(type, value.tensorType);
  const [shape] = told === undefined ? [] : messagesOf(told, value.shape);
  return {
    name: textOf(info, value.name),
    type: told === undefined ? null : (types[numbersOf(told, value.elementType)[0] ?? 0] ?? null),
    shape:
      shape === undefined ? null : [...messagesOf(shape, value.dim)].map((dim) => numbersOf(dim, value.size)[0] ?? -1),
  };
}
