// Before the thread starts: only the main thread's variables are seen by what is no JavaScript.
import './no-telemetry.ts';
import { CairnError, invalidMember } from '@cairn/contracts';
import { Thread } from '@cairn/threads';
import { probabilitiesOf, type Answer } from './answer.ts';
import { NearSession } from './near-session.ts';
import type { TensorMetadata } from './node.ts';
import type { SessionService } from './session-worker.ts';
import type { SessionTraits } from './session.ts';

/** What of a network is read. */
export interface NetworkReads {
  /** Names of outputs. */
  outputs: readonly string[];
  /** What is done with each number of an output first, by its name. */
  expressions: Readonly<Record<string, (x: number) => number>>;
}

/** Images that are on their way at once: one is filled while another is answered. */
const mostLeft = 2;

const oneProbability: NetworkReads = { outputs: ['probability'], expressions: {} };

/**
 * A network: `image` float32 [N, 3, H, W], RGB in 0..1, to outputs that a task reads; of a segmentation that is `probability`
 * float32 [N, 1, H, W].
 */
export class Network {
  readonly #thread: Thread<SessionService>;
  readonly #near: NearSession;
  readonly #traits: SessionTraits;
  readonly #reads: NetworkReads;
  /** Memory of images that were answered. */
  #left: Float32Array[] = [];

  private constructor(thread: Thread<SessionService>, near: NearSession, traits: SessionTraits, reads: NetworkReads) {
    this.#thread = thread;
    this.#near = near;
    this.#traits = traits;
    this.#reads = reads;
  }

  /**
   * Loads an ONNX model from bytes.
   * @throws CairnError `package-invalid` where they are no model, or one with other inputs and outputs.
   */
  static async load(onnx: Uint8Array, threads: number, reads: NetworkReads = oneProbability): Promise<Network> {
    const thread = new Thread<SessionService>({ module: new URL('./session-worker.ts', import.meta.url) });
    const traits = await thread.call('load', onnx, threads).catch(async (cause: unknown) => {
      await thread.close();
      throw new CairnError('package-invalid', `The weights are no ONNX model: ${(cause as Error).message}`, { cause });
    });
    const { outputs } = reads;
    const gives = outputs.every((output) => traits.outputs.includes(output));
    if (!gives || traits.inputs.join() !== 'image') {
      throw new CairnError(
        'package-invalid',
        `The model takes ${traits.inputs.join(', ')} and gives ${traits.outputs.join(', ')}.`,
        { action: `Export it with the one input "image" and what its task reads: ${outputs.join(', ')}.` },
      );
    }
    return new Network(thread, new NearSession(onnx, threads), traits, reads);
  }

  /** What the network takes and gives, as the protocol tells it: -1 for sizes that may vary. Images go in one at a time. */
  get tensors(): { image: TensorMetadata; probability: TensorMetadata } {
    const [height, width] = this.#size;
    return {
      image: { name: 'image', datatype: 'FP32', shape: [-1, 3, height, width] },
      probability: { name: 'probability', datatype: 'FP32', shape: [-1, 1, height, width] },
    };
  }

  /** Whether images of any size go in, as far as the network's stride allows. */
  get takesAnySize(): boolean {
    return this.#size.every((edge) => edge === -1);
  }

  /** Height and width that the model was exported for; -1 where any will do. */
  get #size(): [number, number] {
    const { shape } = this.#traits;
    const fixed = (at: number): number => (typeof shape[at] === 'number' ? shape[at] : -1);
    return [fixed(2), fixed(3)];
  }

  /**
   * Memory for the planes of one image; what is in it may be anything. Where an image of this size was answered before, it is
   * that one's: large images in memory of their own each would lie there by the dozen until they are collected.
   */
  planes(length: number): Float32Array {
    const at = this.#left.findIndex((left) => left.length === length);
    return at < 0 ? new Float32Array(length) : this.#left.splice(at, 1)[0]!;
  }

  /**
   * What the network answers for one image.
   * @param planes float32 [3, height, width]; their memory goes over to the network.
   * @throws CairnError `input-invalid` where the model was exported for another size, `model-output-invalid` where it stops,
   * `serving-unavailable` where its thread is gone.
   */
  async answer(planes: Float32Array, width: number, height: number): Promise<Answer> {
    this.#demandSize(width, height);
    // What shares its memory with others stays whole.
    const image = planes.byteLength === planes.buffer.byteLength ? planes : planes.slice();
    try {
      const { answer, planes: left } = await this.#thread.move(
        [image.buffer as ArrayBuffer],
        'run',
        image,
        width,
        height,
        this.#reads.outputs,
      );
      this.#left = [left, ...this.#left].slice(0, mostLeft);
      return this.#expressed(answer);
    } catch (cause) {
      // The thread itself is gone, and the network with it: whoever holds this process has to start another.
      if (!(cause instanceof CairnError)) {
        throw new CairnError('serving-unavailable', `The network's thread ended: ${(cause as Error).message}`, {
          cause,
        });
      }
      throw stopped(cause);
    }
  }

  #expressed(answer: Answer): Answer {
    const { expressions } = this.#reads;
    const changed = Object.entries(expressions).flatMap(([name, expression]) => {
      const tensor = answer[name];
      if (tensor?.type !== 'float32') return [];
      const data = Float32Array.from(tensor.data as Float32Array, (value) => expression(value));
      return [[name, { ...tensor, data }] as const];
    });
    return changed.length === 0 ? answer : { ...answer, ...Object.fromEntries(changed) };
  }

  /**
   * Probabilities (0..1) of one class for one image, row by row.
   * @param planes float32 [3, height, width], which stay the caller's
   * @throws CairnError as `answer` does, and `model-output-invalid` where the answer has another shape or type, or is no
   * probability.
   */
  async run(planes: Float32Array, width: number, height: number): Promise<Float32Array> {
    const answer = this.#near.takes(width, height)
      ? await this.#answerNear(planes, width, height)
      : await this.answer(this.#copy(planes), width, height);
    return probabilitiesOf(answer, 'probability', [1, 1, height, width]);
  }

  async #answerNear(planes: Float32Array, width: number, height: number): Promise<Answer> {
    this.#demandSize(width, height);
    try {
      return this.#expressed(await this.#near.run(planes, width, height, this.#reads.outputs));
    } catch (cause) {
      throw stopped(cause as Error);
    }
  }

  #demandSize(width: number, height: number): void {
    const [h, w] = this.#size;
    if ((h !== -1 && h !== height) || (w !== -1 && w !== width)) {
      throw invalidMember('/inputs/0/shape', `must be of ${w} × ${h} pixels: the model was exported for no other size`);
    }
  }

  #copy(planes: Float32Array): Float32Array {
    const copy = this.planes(planes.length);
    copy.set(planes);
    return copy;
  }
}

function stopped(cause: Error): CairnError {
  return new CairnError('model-output-invalid', `The network stopped: ${cause.message}`, { cause });
}
