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

/**
 * How threads of a session wait for each other: asleep, or in a loop on their cores until the session's answer is there, which
 * begins the next piece of work sooner and takes the core from others.
 */
export type Waiting = 'asleep' | 'awake';

/** A network in ONNX Runtime, which computes in the thread that asks: nothing else happens there meanwhile. */
export class Session {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /**
   * Lays a network out. The number of threads is fixed and operators run one after the other, so that the same input gives the
   * same bits, however the threads wait.
   * @throws Error of ONNX Runtime, where the bytes are no model
   */
  static async open(onnx: Uint8Array, threads: number, waiting: Waiting): Promise<Session> {
    return new Session(
      await InferenceSession.create(onnx, {
        executionProviders: ['cpu'],
        executionMode: 'sequential',
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        extra: {
          session: waiting === 'asleep' ? { intra_op: { allow_spinning: '0' } } : { force_spinning_stop: '1' },
        },
      }),
    );
  }

  get traits(): SessionTraits {
    const [input] = this.#session.inputMetadata;
    return {
      inputs: this.#session.inputNames,
      outputs: this.#session.outputNames,
      shape: input?.isTensor === true ? input.shape : [],
    };
  }

  /**
   * What the network answers for one image, each output in memory of its own.
   * @param planes float32 [3, height, width]
   * @param names of the outputs that are wanted
   * @throws Error of ONNX Runtime
   */
  async run(
    planes: Float32Array,
    width: number,
    height: number,
    names: readonly string[],
  ): Promise<Record<string, Output>> {
    const image = new Tensor('float32', planes, [1, 3, height, width]);
    const answer = Object.entries(await this.#session.run({ image }, names));
    return Object.fromEntries(answer.map(([name, { type, dims, data }]) => [name, { type, dims, data }]));
  }
}
