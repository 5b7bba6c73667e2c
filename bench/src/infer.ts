import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, request as requestHttp } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { amounts, type Comparison, rates } from './comparison.ts';
import { startMlserver, startServing, type Served } from './servers.ts';
import type { Workshop } from './workshop.ts';

const edge = 256;
const shape = [1, 3, edge, edge];
/** Requests on their way at once, and for how long, where a rate is measured. */
const load = { clients: 4, seconds: 8 };
/** Requests for a median, in turns: the machine may be slower in one minute than in the next, for whoever it is then. */
const [turns, times] = [10, 15];

const agent = new Agent({ keepAlive: true });

/** A request as it is sent: made once, since making it is the client's affair. */
interface Request {
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/**
 * One window of 256 × 256 pixels by the Open Inference Protocol: our model server with binary tensors, MLServer with JSON (it
 * knows no other over REST), and onnxruntime in the process of the caller.
 */
export async function infer({ weights, threads, folder }: Workshop): Promise<Comparison[]> {
  const image = pixels();
  const digest = `sha256:${createHash('sha256')
    .update(await readFile(weights))
    .digest('hex')}`;
  const ours = await startServing({ weights, digest, threads });
  const alone = await inProcess(weights, threads, image);
  const asked = binaryRequest(ours.url, image);
  const [oursMs, aloneMs] = await medians([() => send(asked), alone.run]);
  await alone.close();
  const oursRate = await rateOf(ours, asked);
  const theirs = await startMlserver(folder, { weights, threads });
  const askedThem = jsonRequest(theirs.url, image);
  const [theirsMs] = await medians([() => send(askedThem)]);
  const theirsRate = await rateOf(theirs, askedThem);
  const about = `one window of ${edge} × ${edge} pixels, ${threads} threads`;
  const median = `median of ${turns * times}`;
  return [
    rates('infer', oursRate, theirsRate, 'requests/s', `${about}, ${load.clients} clients; MLServer by JSON`),
    amounts('infer, one client', oursMs!, theirsMs!, 'ms', `${about}; MLServer by JSON; ${median}`),
    amounts(
      'infer, beside in-process',
      oursMs!,
      aloneMs!,
      'ms',
      `${about}; onnxruntime-node in the caller's process; ${(oursMs! - aloneMs!).toFixed(2)} ms above it; ${median}, in turns`,
    ),
  ];
}

/** Requests a second of some clients at once; ends the server. */
async function rateOf(server: Served, asked: Request): Promise<number> {
  try {
    const until = performance.now() + load.seconds * 1000;
    let answered = 0;
    const began = performance.now();
    const client = async (): Promise<void> => {
      for (; performance.now() < until; answered++) await send(asked);
    };
    await Promise.all(Array.from({ length: load.clients }, client));
    return (answered * 1000) / (performance.now() - began);
  } finally {
    await server.stop();
  }
}

/** Sends it as a client does that is to be fast: by one connection that stays, from where the body lies. */
async function send({ url, headers, body }: Request): Promise<void> {
  const { status, bytes } = await new Promise<{ status: number; bytes: Buffer }>((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } };
    const sent = requestHttp(url, options, (answer) => {
      buffer(answer).then((bytes) => resolve({ status: answer.statusCode ?? 0, bytes }), reject);
    });
    sent.once('error', reject).end(body);
  });
  if (status !== 200) throw new Error(`${url} answered ${status}: ${bytes.toString()}`);
}

function binaryRequest(url: string, image: Float32Array): Request {
  const data = new Uint8Array(image.buffer);
  const head = Buffer.from(
    JSON.stringify({
      inputs: [{ name: 'image', datatype: 'FP32', shape, parameters: { binary_data_size: data.length } }],
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

async function inProcess(weights: string, threads: number, image: Float32Array) {
  const session = await InferenceSession.create(weights, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const run = async (): Promise<void> => {
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

/** An image in the range that the network takes, the same each time. */
function pixels(): Float32Array {
  let state = 1;
  return Float32Array.from({ length: 3 * edge * edge }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 24) / 255;
  });
}
