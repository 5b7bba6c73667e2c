import { Moved, serve } from '@cairn/threads';
import { Session, type Output, type SessionTraits } from './session.ts';

let session: Session | undefined;

/** One network in a thread of its own: meanwhile the process answers others and prepares what comes next. */
const service = {
  /** Lays the network out. Its threads wait asleep: the cores are needed by what is done beside it. */
  async load(onnx: Uint8Array, threads: number): Promise<SessionTraits> {
    session = await Session.open(onnx, threads, 'asleep');
    return session.traits;
  },

  /** What the network answers for one image, float32 [3, height, width], whose memory goes back for the next. */
  async run(
    planes: Float32Array,
    width: number,
    height: number,
    names: readonly string[],
  ): Promise<Moved<{ answer: Record<string, Output>; planes: Float32Array }>> {
    const answer = await session!.run(planes, width, height, names);
    const buffers = Object.values(answer).flatMap(({ data }) =>
      ArrayBuffer.isView(data) ? [data.buffer as ArrayBuffer] : [],
    );
    return new Moved({ answer, planes }, [...buffers, planes.buffer as ArrayBuffer]);
  },
};

/** The methods that the thread offers. */
export type SessionService = typeof service;

serve<SessionService>(service);
