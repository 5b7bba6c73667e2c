import { CairnError, readInferAnswer, type OipInferResponse, type OipTensor, type Tensor } from '@cairn/contracts';
import { problemOf } from './problem.ts';

/** The body of a model server's answer, and where its binary data begin. */
export interface SentAnswer {
  bytes: Buffer;
  headerLength: number | null;
}

/** The shapes of a block. @throws CairnError `model-output-invalid`. */
export function blockOutput({ bytes }: SentAnswer): OipTensor {
  return outputOf(JSON.parse(bytes.toString()) as OipInferResponse);
}

/** What a network itself gives. @throws CairnError `model-output-invalid`. */
export function rawOutput({ bytes, headerLength }: SentAnswer): Tensor {
  try {
    return outputOf(readInferAnswer(bytes, headerLength));
  } catch (cause) {
    throw new CairnError('model-output-invalid', `The model server answered no tensors: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function outputOf<T>({ outputs: [output] }: { outputs: T[] }): T {
  if (output === undefined) throw problemOf({ code: 'model-output-invalid', detail: 'The graph gave no output.' });
  return output;
}
