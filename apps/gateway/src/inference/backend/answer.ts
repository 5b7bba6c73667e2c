import { CairnError, isBytes, readInferAnswer, type Tensor } from '@cairn/contracts';
import { problemOf } from './problem.ts';

/** The body of a model server's answer, and where its binary data begin. */
export interface SentAnswer {
  bytes: Buffer;
  /** Null where it is nothing but JSON. */
  headerLength: number | null;
}

/** The shapes of each block of a call, as JSON text. @throws CairnError `model-output-invalid`. */
export function shapesOutput(answer: SentAnswer): string[] {
  const output = tensorOutput(answer);
  if (!isBytes(output)) throw problemOf({ code: 'model-output-invalid', detail: 'The graph answered no texts.' });
  return output.data.map((text) => (typeof text === 'string' ? text : Buffer.from(text).toString('utf8')));
}

/** The first tensor of an answer. @throws CairnError `model-output-invalid`. */
export function tensorOutput({ bytes, headerLength }: SentAnswer): Tensor {
  try {
    const [output] = readInferAnswer(bytes, headerLength).outputs;
    return output!;
  } catch (cause) {
    throw new CairnError('model-output-invalid', `The model server answered no tensors: ${(cause as Error).message}`, {
      cause,
    });
  }
}
