import { readFile } from 'node:fs/promises';
import {
  bytesOfTensor,
  CairnError,
  readInferAnswer,
  readInferRequest,
  type InferAnswer,
  type Tensor,
} from '@cairn/contracts';
import { type HeldTensor, RECEIPT_MEMBER } from '@cairn/receipt';

/**
 * The answer of the Open Inference Protocol v2 that a file holds, in JSON or with binary data behind it; null where it holds
 * something else.
 * @throws CairnError `input-invalid` where it is an answer that is broken
 */
export function answerIn(bytes: Buffer): InferAnswer | null {
  // Other files are large and none of ours: looking for a word is cheaper than reading them.
  if (bytes[0] !== brace || !bytes.includes('"model_name"')) return null;
  return readInferAnswer(bytes, binaryStart(bytes));
}

/**
 * The receipt of an answer: of a file that `cairn receipt get` wrote, or the one that the answer carries.
 * @throws CairnError `not-found`, `input-invalid` where there is none
 */
export async function receiptOf(answer: InferAnswer, file: string | undefined): Promise<unknown> {
  const carried = answer.parameters?.[RECEIPT_MEMBER];
  const text =
    file === undefined ? carried : await readFile(file, 'utf8').catch((cause: unknown) => unreadable(file, cause));
  if (typeof text !== 'string') {
    const named = answer.parameters?.['receipt'];
    throw new CairnError('input-invalid', 'The answer does not carry its receipt.', {
      where: RECEIPT_MEMBER,
      action: `Give it with --receipt FILE; "cairn receipt get ${typeof named === 'string' ? named : 'DIGEST'}" writes it.`,
    });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new CairnError('json-invalid', `The receipt is no JSON: ${(cause as Error).message}.`, { cause });
  }
}

/**
 * The tensors of a request, in JSON or with binary data behind it.
 * @throws CairnError `input-invalid`, `json-invalid`
 */
export function requestTensors(bytes: Buffer): HeldTensor[] {
  return heldTensors(readInferRequest(bytes, binaryStart(bytes)).inputs);
}

/** Tensors with their bytes, as a receipt names them. */
export function heldTensors(tensors: readonly Tensor[]): HeldTensor[] {
  return tensors.map((tensor) => ({ ...tensor, bytes: bytesOfTensor(tensor) }));
}

const [brace, closing, quote, backslash] = ['{', '}', '"', '\\'].map((sign) => sign.charCodeAt(0));

/** Where the binary data behind the JSON of a body begin, since a file has no headers; null where there are none. */
function binaryStart(bytes: Buffer): number | null {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at++) {
    const sign = bytes[at];
    if (inText) {
      if (sign === backslash) at += 1;
      else if (sign === quote) inText = false;
    } else if (sign === quote) inText = true;
    else if (sign === brace) depth += 1;
    else if (sign === closing && --depth === 0) return isBlank(bytes, at + 1) ? null : at + 1;
  }
  return null;
}

function isBlank(bytes: Buffer, from: number): boolean {
  return bytes.length - from < 8 && bytes.subarray(from).toString('latin1').trim() === '';
}

function unreadable(file: string, cause: unknown): never {
  throw new CairnError('not-found', `${file} cannot be read: ${String(cause)}.`, {
    where: file,
    action: 'Give the file that "cairn receipt get" wrote.',
    cause,
  });
}
