import { Moved, serve } from '@cairn/threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What an output of a network holds. */
export interface Output {
  type: string;
  dims: readonly number[];
  data: unknown;
}

/** What a network says of itself. */
export interface SessionTraits {
  inputs: readonly string[];
  outputs: readonly string[];
  /** Sizes of its first input, -1 or a word where any will do. */
  shape: readonly (number | string)[];
}

let session: InferenceSession | undefined;

/**
 * One network in a thread of its own: ONNX Runtime computes in the thread that asks, and meanwhile the process answers others
 * and prepares what comes next.
 */
const service = {
  /**
   * Lays the network out.
   *
   * The number of threads is fixed and operators run one after the other, so that the same input gives the same bits. Threads
   * sleep while they wait for each other: by default they turn in a loop, on a core that others need here.
   */
  async load(onnx: Uint8Array, threads: number): Promise<SessionTraits> {
    session = await InferenceSession.create(onnx, {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    const [input] = session.inputMetadata;
    return {
      inputs: session.inputNames,
      outputs: session.outputNames,
      shape: input?.isTensor === true ? input.shape : [],
    };
  },

  /** What the network answers for one image, float32 [3, height, width], whose memory goes back for the next. */
  async run(
    planes: Float32Array,
    width: number,
    height: number,
    names: readonly string[],
  ): Promise<Moved<{ answer: Record<string, Output>; planes: Float32Array }>> {
    const image = new Tensor('float32', planes, [1, 3, height, width]);
    const answer = Object.entries(await session!.run({ image }, names)).map(([name, { type, dims, data }]) => {
      return [name, { type, dims, data }] as const;
    });
    const buffers = answer.flatMap(([, { data }]) => (ArrayBuffer.isView(data) ? [data.buffer as ArrayBuffer] : []));
    return new Moved({ answer: Object.fromEntries(answer), planes }, [...buffers, planes.buffer as ArrayBuffer]);
  },
};

/** The methods that the thread offers. */
export type SessionService = typeof service;

serve<SessionService>(service);
