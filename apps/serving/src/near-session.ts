import { Session, type Output } from './session.ts';

/** Most pixels of a small image: one window of 256 × 256. */
const mostPixels = 2 ** 16;

/** Whoever asks whether the server lives does not notice that its thread is taken so long, in milliseconds. */
const unnoticed = 100;

/**
 * A network once more, in the thread that reads requests. The way to another thread and back takes a millisecond, a twentieth
 * of what a small image does: such are looked at here, for as long as the network turns out to be quick.
 */
export class NearSession {
  readonly #onnx: Uint8Array;
  readonly #threads: number;
  readonly #longest: number;
  #session: Promise<Session> | undefined;
  #isQuick = true;

  /** @param longest that the thread may be taken, in milliseconds: from then on nothing is looked at here. */
  constructor(onnx: Uint8Array, threads: number, longest = unnoticed) {
    this.#onnx = onnx;
    this.#threads = threads;
    this.#longest = longest;
  }

  /** Whether an image of this size is to be looked at here. */
  takes(width: number, height: number): boolean {
    return this.#isQuick && width * height <= mostPixels;
  }

  /** What the network answers, as `Session.run` says; the first time it is laid out. */
  async run(
    planes: Float32Array,
    width: number,
    height: number,
    names: readonly string[],
  ): Promise<Record<string, Output>> {
    this.#session ??= Session.open(this.#onnx, this.#threads, 'awake');
    const session = await this.#session;
    const began = performance.now();
    try {
      return await session.run(planes, width, height, names);
    } finally {
      this.#isQuick &&= performance.now() - began < this.#longest;
    }
  }
}
