import { CairnError } from '@cairn/contracts';
import type { Output } from './session.ts';
import { isWithin01 } from './unit-interval.ts';

/** What a network answered for one image, by the names of its outputs. */
export type Answer = Readonly<Record<string, Output | undefined>>;

/**
 * An output's numbers, which have to be finite floats of a shape.
 * @param shape sizes; null where any will do
 * @throws CairnError `model-output-invalid`
 */
export function floatsOf(answer: Answer, name: string, shape: readonly (number | null)[]): Float32Array {
  const data = fitting(answer, name, 'float32', shape).data as Float32Array;
  // Counted loops: iterators over millions of numbers take longer than what is done with them.
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) throw invalid(`${data[i]} in ${name}, which is no number`);
  }
  return data;
}

/** The same for numbers that are probabilities, 0..1. */
export function probabilitiesOf(answer: Answer, name: string, shape: readonly (number | null)[]): Float32Array {
  const data = fitting(answer, name, 'float32', shape).data as Float32Array;
  if (isWithin01(data)) return data;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    // Written so that NaN fails; a sigmoid may overshoot by rounding.
    if (!(value >= -1e-6 && value <= 1 + 1e-6)) throw invalid(`${value}, which is no probability`);
  }
  return data;
}

/** The same for whole numbers from 0 to below `count`: places in a list of classes. */
export function labelsOf(answer: Answer, name: string, shape: readonly (number | null)[], count: number): number[] {
  const labels = Array.from(fitting(answer, name, 'int64', shape).data as BigInt64Array, Number);
  const wrong = labels.find((label) => label < 0 || label >= count);
  if (wrong !== undefined) throw invalid(`the class ${wrong} where there are ${count}`);
  return labels;
}

/** The sizes of an output; those of nothing where it is missing. */
export function sizesOf(answer: Answer, name: string): readonly number[] {
  return answer[name]?.dims ?? [];
}

function fitting(answer: Answer, name: string, type: string, shape: readonly (number | null)[]): Output {
  const tensor = answer[name];
  const fits =
    tensor?.type === type &&
    tensor.dims.length === shape.length &&
    shape.every((size, i) => size === null || size === tensor.dims[i]);
  if (fits) return tensor;
  const due = `${type} [${shape.map((size) => size ?? 'any').join(', ')}]`;
  const found = tensor === undefined ? 'nothing' : `${tensor.type} [${tensor.dims.join(', ')}]`;
  throw invalid(`${found} as ${name} where ${due} was due`);
}

function invalid(words: string): CairnError {
  return new CairnError('model-output-invalid', `The network answered ${words}.`);
}
