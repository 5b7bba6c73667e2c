import {
  bytesOfTensor,
  countOf,
  dataOfBytes,
  dataOfJson,
  invalidMember,
  isDatatype,
  type Datatype,
  type InferAnswer,
  type InferRequest,
  type Tensor,
} from '@cairn/contracts';

/** A parameter as proto-loader gives it: one member of the choice. 64 bit numbers come as numbers. */
export interface InferParameter {
  bool_param?: boolean;
  int64_param?: number;
  string_param?: string;
  double_param?: number;
  uint64_param?: number;
}

type Parameters = Record<string, InferParameter>;

/** The lists of elements, by the name of the list; those that were not sent are empty. */
type InferTensorContents = Record<string, unknown[] | undefined>;

/** `ModelInferRequest` of the protocol. */
export interface ModelInferRequest {
  model_name: string;
  model_version: string;
  id: string;
  parameters: Parameters;
  inputs: {
    name: string;
    datatype: string;
    shape: number[];
    parameters: Parameters;
    contents: InferTensorContents | null;
  }[];
  outputs: { name: string; parameters: Parameters }[];
  raw_input_contents: Uint8Array[];
}

/** `ModelInferResponse` of the protocol; its elements always go raw. */
export interface ModelInferResponse {
  model_name: string;
  model_version: string;
  id: string;
  parameters: Parameters;
  outputs: { name: string; datatype: string; shape: number[]; parameters: Parameters }[];
  raw_output_contents: Uint8Array[];
}

/** The list that holds the elements of a datatype. */
const lists: Partial<Record<Datatype, string>> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

/**
 * A request in memory. Raw elements are views of the message wherever they are aligned.
 * @throws CairnError `input-invalid`, with the place of the fault as JSON pointer into the message
 */
export function readModelInfer(message: ModelInferRequest): InferRequest {
  const { id, inputs, outputs, raw_input_contents: raw } = message;
  if (raw.length !== 0 && raw.length !== inputs.length) {
    throw invalidMember('/raw_input_contents', `must be one for each of the ${inputs.length} inputs, or none`);
  }
  return {
    ...(id === '' ? {} : { id }),
    parameters: valuesOf(message.parameters),
    inputs: inputs.map((input, index) => tensorOf(input, raw[index], `/inputs/${index}`)),
    outputs: outputs.map(({ name, parameters }) => ({ name, parameters: valuesOf(parameters) })),
  };
}

/** An answer as it is sent. */
export function writeModelInfer({ id = '', model_name, model_version = '', outputs }: InferAnswer): ModelInferResponse {
  return {
    model_name,
    model_version,
    id,
    parameters: {},
    outputs: outputs.map(({ name, datatype, shape, parameters = {} }) => ({
      name,
      datatype,
      shape,
      parameters: choicesOf(parameters),
    })),
    raw_output_contents: outputs.map(bytesOfTensor),
  };
}

function tensorOf(
  { name, datatype, shape, parameters, contents }: ModelInferRequest['inputs'][number],
  raw: Uint8Array | undefined,
  where: string,
): Tensor {
  if (!isDatatype(datatype)) throw invalidMember(`${where}/datatype`, 'must be a datatype of the protocol');
  const count = countOf(shape, `${where}/shape`);
  const tensor = { name, datatype, shape, parameters: valuesOf(parameters) };
  if (raw === undefined) return { ...tensor, data: dataOfContents(datatype, count, contents, `${where}/contents`) };
  const isTold = Object.values(contents ?? {}).some((list) => (list?.length ?? 0) > 0);
  if (isTold) throw invalidMember(`${where}/contents`, 'must be left out where raw_input_contents holds the elements');
  return { ...tensor, data: dataOfBytes(datatype, count, raw, '/raw_input_contents') };
}

function dataOfContents(
  datatype: Datatype,
  count: number,
  contents: InferTensorContents | null,
  where: string,
): Tensor['data'] {
  const list = lists[datatype];
  if (list === undefined) throw invalidMember(where, `cannot hold ${datatype}: send it in raw_input_contents`);
  const elements = contents?.[list] ?? [];
  if (datatype !== 'BYTES') return dataOfJson(datatype, count, elements, `${where}/${list}`);
  if (elements.length !== count) {
    throw invalidMember(`${where}/${list}`, `must hold ${count} elements, not ${elements.length}`);
  }
  return elements as Uint8Array[];
}

function valuesOf(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, choice]) => [name, Object.values(choice)[0] as unknown]),
  );
}

/** Whole numbers go as int64, others as double; what has no form in the protocol goes as JSON text. */
function choicesOf(parameters: Record<string, unknown>): Parameters {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, choiceOf(value)]));
}

function choiceOf(value: unknown): InferParameter {
  if (typeof value === 'boolean') return { bool_param: value };
  if (typeof value === 'string') return { string_param: value };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { int64_param: value } : { double_param: value };
  return { string_param: JSON.stringify(value) };
}
