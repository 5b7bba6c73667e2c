import { CairnError } from '../cairn-error.ts';
import { isDatatype } from './datatype.ts';
import { dataOfJson, dataToJson } from './json-data.ts';
import { bytesOfTensor, countOf, dataOfBytes, invalidMember, type Tensor } from './tensor.ts';

/** A tensor that a request names as wanted. */
export interface RequestedOutput {
  name: string;
  parameters: Record<string, unknown>;
}

/** An inference request in memory. */
export interface InferRequest {
  id?: string;
  parameters: Record<string, unknown>;
  inputs: Tensor[];
  /** Left out or empty: every output. (By gRPC the two are the same.) */
  outputs?: RequestedOutput[];
}

/** An inference answer in memory. */
export interface InferAnswer {
  id?: string;
  model_name: string;
  model_version?: string;
  parameters?: Record<string, unknown>;
  outputs: Tensor[];
}

/** A body as it is sent: JSON, then the binary data of the tensors that have some, in their order. */
export interface InferBody {
  parts: Uint8Array[];
  /** Length of the JSON, for `Inference-Header-Content-Length`; null where there is nothing but JSON. */
  headerLength: number | null;
}

/** The header that tells where the JSON of a body ends and its binary data begins. */
export const headerLengthName = 'inference-header-content-length';

/**
 * Reads the value of that header: null where there is none, and a body is nothing but JSON.
 * @throws CairnError `input-invalid`
 */
export function headerLengthOf(value: string | string[] | undefined): number | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && /^[0-9]{1,10}$/.test(value)) return Number(value);
  throw invalidMember(headerLengthName, 'must be a number of bytes');
}

/**
 * Reads a request of the Open Inference Protocol v2 (REST): JSON, and where `headerLength` is given, binary data behind as many
 * bytes of it. Tensors are views of `body` wherever it is aligned for them.
 * @throws CairnError `json-invalid`, `input-invalid` with a JSON pointer to the fault
 */
export function readInferRequest(body: Uint8Array, headerLength: number | null): InferRequest {
  const { json, tensors } = readBody(body, headerLength, 'inputs');
  const outputs = json['outputs'];
  if (outputs !== undefined && !Array.isArray(outputs)) throw invalidMember('/outputs', 'must be a list');
  return {
    ...idOf(json),
    parameters: parametersOf(json, ''),
    inputs: tensors,
    ...(outputs === undefined
      ? {}
      : { outputs: outputs.map((output, at) => requestedOutput(output, `/outputs/${at}`)) }),
  };
}

/** Reads an answer of the Open Inference Protocol v2 (REST), as {@link readInferRequest} reads a request. */
export function readInferAnswer(body: Uint8Array, headerLength: number | null): InferAnswer {
  const { json, tensors } = readBody(body, headerLength, 'outputs');
  const { model_name: name, model_version: version } = json;
  if (typeof name !== 'string') throw invalidMember('/model_name', 'must be a text');
  return {
    ...idOf(json),
    model_name: name,
    ...(typeof version === 'string' ? { model_version: version } : {}),
    parameters: parametersOf(json, ''),
    outputs: tensors,
  };
}

/** A request as it is sent, its tensors as binary data. */
export function writeInferRequest({ inputs, ...rest }: InferRequest): InferBody {
  return writeBody(rest, 'inputs', inputs, () => true);
}

/** An answer as it is sent; `isBinary` tells of each output whether it goes as binary data. */
export function writeInferAnswer({ outputs, ...rest }: InferAnswer, isBinary: (name: string) => boolean): InferBody {
  return writeBody(rest, 'outputs', outputs, isBinary);
}

/** Whether a request wants an output as binary data: the output's own parameter, else that of the whole request. */
export function wantsBinary({ parameters, outputs }: InferRequest, name: string): boolean {
  const own = outputs?.find((output) => output.name === name)?.parameters['binary_data'];
  return (own ?? parameters['binary_data_output']) === true;
}

function readBody(
  body: Uint8Array,
  headerLength: number | null,
  member: 'inputs' | 'outputs',
): { json: Record<string, unknown>; tensors: Tensor[] } {
  if (headerLength !== null && !(Number.isInteger(headerLength) && headerLength >= 2 && headerLength <= body.length)) {
    throw invalidMember(headerLengthName, 'must be the length of the JSON in bytes');
  }
  const json = parse(headerLength === null ? body : body.subarray(0, headerLength));
  const list = json[member];
  if (!Array.isArray(list) || list.length === 0) throw invalidMember(`/${member}`, 'must be a list with a tensor');
  let at = headerLength ?? body.length;
  const tensors = list.map((tensor, index) => {
    const where = `/${member}/${index}`;
    if (!isObject(tensor)) throw invalidMember(where, 'must be a tensor');
    const read = tensorOf(tensor, body.subarray(at), where);
    at += read.binary;
    return read.tensor;
  });
  if (at !== body.length) throw invalidMember(`/${member}`, `leaves ${body.length - at} bytes of the body untold`);
  return { json, tensors };
}

/** A tensor of a message, and how many of the bytes that follow are its own. */
function tensorOf(json: Record<string, unknown>, bytes: Uint8Array, where: string): { tensor: Tensor; binary: number } {
  const { name, datatype, shape, data } = json;
  if (typeof name !== 'string') throw invalidMember(`${where}/name`, 'must be a text');
  if (!isDatatype(datatype)) throw invalidMember(`${where}/datatype`, 'must be a datatype of the protocol');
  const count = countOf(shape, `${where}/shape`);
  const { binary_data_size: size, ...parameters } = parametersOf(json, where);
  const tensor = { name, datatype, shape: shape as number[], parameters };
  if (size === undefined) {
    return { tensor: { ...tensor, data: dataOfJson(datatype, count, data, `${where}/data`) }, binary: 0 };
  }
  const place = `${where}/parameters/binary_data_size`;
  if (data !== undefined) throw invalidMember(`${where}/data`, 'must be left out where the tensor is binary data');
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > bytes.length) {
    throw invalidMember(place, `must be a number of bytes of the body's ${bytes.length} behind the JSON`);
  }
  const own = bytes.subarray(0, size);
  return { tensor: { ...tensor, data: dataOfBytes(datatype, count, own, place) }, binary: size };
}

function writeBody(
  rest: object,
  member: 'inputs' | 'outputs',
  tensors: Tensor[],
  isBinary: (name: string) => boolean,
): InferBody {
  const binary: Uint8Array[] = [];
  const list = tensors.map((tensor) => {
    const { name, datatype, shape, parameters = {} } = tensor;
    if (!isBinary(name)) {
      const told = Object.keys(parameters).length === 0 ? {} : { parameters };
      return { name, datatype, shape, ...told, data: dataToJson(tensor) };
    }
    const bytes = bytesOfTensor(tensor);
    binary.push(bytes);
    return { name, datatype, shape, parameters: { ...parameters, binary_data_size: bytes.length } };
  });
  const json = new TextEncoder().encode(JSON.stringify({ ...rest, [member]: list }));
  return { parts: [json, ...binary], headerLength: binary.length === 0 ? null : json.length };
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new CairnError('json-invalid', `The body is not JSON: ${(cause as Error).message}.`, { cause });
  }
  if (!isObject(json)) throw invalidMember('/', 'must be an object');
  return json;
}

function idOf({ id }: Record<string, unknown>): { id?: string } {
  if (id === undefined) return {};
  if (typeof id !== 'string') throw invalidMember('/id', 'must be a text');
  return { id };
}

function parametersOf({ parameters = {} }: Record<string, unknown>, where: string): Record<string, unknown> {
  if (!isObject(parameters)) throw invalidMember(`${where}/parameters`, 'must be an object');
  return parameters;
}

function requestedOutput(json: unknown, where: string): RequestedOutput {
  if (!isObject(json) || typeof json['name'] !== 'string') throw invalidMember(`${where}/name`, 'must be a text');
  return { name: json['name'], parameters: parametersOf(json, where) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
