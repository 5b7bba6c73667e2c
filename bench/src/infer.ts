import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, request as requestHttp } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { amounts, type Comparison, rates } from './comparison.ts';
import { startMlserver, startServing, type Served } from './servers.ts';
import type { Workshop } from './workshop.ts';

const edge = 256;
const shape = [1, 3, edge, edge];
/** Requests on their way at once, and for how long, where a rate is measured. */
const load = { clients: 4, seconds: 8 };
const times = 30;
/** Before it is measured: code is compiled while it runs. */
const warm = 15;

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
  const inProcess = await alone(weights, threads, image);
  const digest = `sha256:${createHash('sha256')
    .update(await readFile(weights))
    .digest('hex')}`;
  const ours = await startServing({ weights, digest, threads });
  const [oursMs, oursRate] = await measured(ours, (url) => binaryRequest(url, image));
  const theirs = await startMlserver(folder, { weights, threads });
  const [theirsMs, theirsRate] = await measured(theirs, (url) => jsonRequest(url, image));
  const about = `one window of ${edge} × ${edge} pixels, ${threads} threads`;
  return [
    rates('infer', oursRate, theirsRate, 'requests/s', `${about}, ${load.clients} clients; MLServer by JSON`),
    amounts('infer, one client', oursMs, theirsMs, 'ms', `${about}; MLServer by JSON; median of ${times}`),
    amounts(
      'infer, beside in-process',
      oursMs,
      inProcess,
      'ms',
      `${about}; onnxruntime-node in the caller's process; ${(oursMs - inProcess).toFixed(2)} ms above it; median of ${times}`,
    ),
  ];
}

async function measured(server: Served, requestTo: (url: string) => Request): Promise<[ms: number, rate: number]> {
  try {
    const asked = requestTo(server.url);
    for (let i = 0; i < warm; i++) await send(asked);
    const ms = await median(() => send(asked));
    const until = performance.now() + load.seconds * 1000;
    let answered = 0;
    const began = performance.now();
    const client = async (): Promise<void> => {
      for (; performance.now() < until; answered++) await send(asked);
    };
    await Promise.all(Array.from({ length: load.clients }, client));
    return [ms, (answered * 1000) / (performance.now() - began)];
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

async function alone(weights: string, threads: number, image: Float32Array): Promise<number> {
  const session = await InferenceSession.create(weights, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const run = async (): Promise<void> => {
    await session.run({ image: new Tensor('float32', image, shape) }, ['probability']);
  };
  for (let i = 0; i < warm; i++) await run();
  const ms = await median(run);
  await session.release();
  return ms;
}

async function median(work: () => Promise<void>): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await work();
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)]!;
}

/** An image in the range that the network takes, the same each time. */
function pixels(): Float32Array {
  let state = 1;
  return Float32Array.from({ length: 3 * edge * edge }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 24) / 255;
  });
}
