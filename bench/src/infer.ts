import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { amounts, type Comparison, rates } from './comparison.ts';
import { Connection, type Request } from './connection.ts';
import { startMlserver, startServing, type Served } from './servers.ts';
import type { Workshop } from './workshop.ts';

const edge = 256;
const shape = [1, 3, edge, edge];
/** Requests on their way at once, and for how long, where a rate is measured. */
const load = { clients: 4, seconds: 8 };
/** Requests for a median, in turns: the machine may be slower in one minute than in the next, for whoever it is then. */
const [turns, times] = [10, 15];

/**
 * One window of 256 × 256 pixels by the Open Inference Protocol: our model server with binary tensors, MLServer with JSON (it
 * knows no other over REST), and onnxruntime in the process of the caller.
 */
export async function infer({ weights, threads, folder }: Workshop): Promise<Comparison[]> {
  const image = pixels();
  const floats = fractionsOf(image);
  const digest = `sha256:${createHash('sha256')
    .update(await readFile(weights))
    .digest('hex')}`;
  const ours = await startServing({ weights, digest, threads });
  const alone = await inProcess(weights, threads);
  const asked = binaryRequest(ours.url, 'FP32', floats);
  const [way, byteWay] = await Promise.all([
    Connection.open(asked),
    Connection.open(binaryRequest(ours.url, 'UINT8', image)),
  ]);
  const [oursMs, aloneMs, byteMs, byteAloneMs] = await medians([
    () => way.send(),
    () => alone.run(floats),
    () => byteWay.send(),
    () => alone.run(fractionsOf(image)),
  ]);
  way.close();
  byteWay.close();
  await alone.close();
  const oursRate = await rateOf(ours, asked);
  const theirs = await startMlserver(folder, { weights, threads });
  const askedThem = jsonRequest(theirs.url, floats);
  const theirWay = await Connection.open(askedThem);
  const [theirsMs] = await medians([() => theirWay.send()]);
  theirWay.close();
  const theirsRate = await rateOf(theirs, askedThem);
  const about = `one window of ${edge} × ${edge} pixels, ${threads} threads`;
  const median = `median of ${turns * times}`;
  const beside = (name: string, us: number, them: number, sent: string): Comparison =>
    amounts(
      `infer, beside in-process${name}`,
      us,
      them,
      'ms',
      `${about}, ${sent}; onnxruntime-node in the caller's process; ${(us - them).toFixed(2)} ms above it; ${median}, in turns`,
    );
  return [
    rates('infer', oursRate, theirsRate, 'requests/s', `${about}, ${load.clients} clients; MLServer by JSON`),
    amounts('infer, one client', oursMs!, theirsMs!, 'ms', `${about}; MLServer by JSON; ${median}`),
    beside('', oursMs!, aloneMs!, 'as FP32'),
    beside(', bytes', byteMs!, byteAloneMs!, 'as UINT8, which both make FP32 of'),
  ];
}

/** Requests a second of some clients at once; ends the server. */
async function rateOf(server: Served, asked: Request): Promise<number> {
  try {
    const until = performance.now() + load.seconds * 1000;
    let answered = 0;
    const began = performance.now();
    const client = async (): Promise<void> => {
      const way = await Connection.open(asked);
      for (; performance.now() < until; answered++) await way.send();
      way.close();
    };
    await Promise.all(Array.from({ length: load.clients }, client));
    return (answered * 1000) / (performance.now() - began);
  } finally {
    await server.stop();
  }
}

function binaryRequest(url: string, datatype: 'FP32' | 'UINT8', image: Float32Array | Uint8Array): Request {
  const data = new Uint8Array(image.buffer);
  const head = Buffer.from(
    JSON.stringify({
      inputs: [{ name: 'image', datatype, shape, parameters: { binary_data_size: data.length } }],
      outputs: [{ name: 'probability', parameters: { binary_data: true } }],
    }),
  );
  const headers = {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(head.length),
  };
  return { url, headers, body: Buffer.concat([head, data]) };
}

function jsonRequest(url: string, image: Float32Array): Request {
  const body = JSON.stringify({ inputs: [{ name: 'image', datatype: 'FP32', shape, data: [...image] }] });
  return { url, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
}

async function inProcess(weights: string, threads: number) {
  const session = await InferenceSession.create(weights, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const run = async (image: Float32Array): Promise<void> => {
    await session.run({ image: new Tensor('float32', image, shape) }, ['probability']);
  };
  return { run, close: () => session.release() };
}

/** Median milliseconds of each work, in turns. In the first code is compiled, so it does not count. */
async function medians(works: readonly (() => Promise<void>)[]): Promise<number[]> {
  const taken = works.map(() => [] as number[]);
  for (let turn = 0; turn <= turns; turn++) {
    for (const [at, work] of works.entries()) {
      // Threads of the one before may still turn in a loop.
      await pause(100);
      for (let i = 0; i < times; i++) {
        const began = performance.now();
        await work();
        if (turn > 0) taken[at]!.push(performance.now() - began);
      }
    }
  }
  return taken.map((each) => each.sort((a, b) => a - b)[each.length >> 1]!);
}

/** An image, the same each time. */
function pixels(): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: 3 * edge * edge }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** The same in the range that the network takes. A counted loop, as a program has it that is to be fast. */
function fractionsOf(bytes: Uint8Array): Float32Array {
  const floats = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) floats[i] = bytes[i]! / 255;
  return floats;
}
