import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { repository } from '../../e2e/src/cairn.ts';
import { peerFile, peerPython } from './peer.ts';

/** A model server that answers. */
export interface Served {
  /** Where a window is sent. */
  url: string;
  stop(): Promise<void>;
}

interface Weights {
  weights: string;
  threads: number;
}

const startLimit = 120_000;

/** Our model server as a detector, as a graph has it. */
export async function startServing({ weights, digest, threads }: Weights & { digest: string }): Promise<Served> {
  const port = await freePort();
  const settings = {
    role: 'detector',
    name: 'bench',
    version: 1,
    weights,
    digest,
    stride: 16,
    halo: 96,
    threads,
    port,
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const main = join(repository, 'apps/serving/src/main.ts');
  return started(process.execPath, ['--import', 'tsx', main, ...words], {}, port);
}

/** MLServer with its defaults, and a runtime for ONNX. */
export async function startMlserver(folder: string, { weights, threads }: Weights): Promise<Served> {
  const python = await peerPython();
  const home = join(folder, 'mlserver');
  await mkdir(home, { recursive: true });
  const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()];
  const settings = { host: '127.0.0.1', http_port: http, grpc_port: grpc, metrics_port: metrics };
  await writeFile(join(home, 'settings.json'), JSON.stringify(settings));
  const model = { name: 'bench', implementation: 'onnx_runtime.OnnxModel', parameters: { uri: weights } };
  await writeFile(join(home, 'model-settings.json'), JSON.stringify(model));
  const environment = { PYTHONPATH: dirname(peerFile('onnx_runtime.py')), BENCH_THREADS: String(threads) };
  return started(join(dirname(python), 'mlserver'), ['start', home], environment, http);
}

/** Starts a program, and waits until its model is ready. */
async function started(
  command: string,
  words: string[],
  environment: Record<string, string>,
  port: number,
): Promise<Served> {
  const child = spawn(command, words, {
    cwd: repository,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2000)));
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const model = `http://127.0.0.1:${port}/v2/models/bench`;
  const until = performance.now() + startLimit;
  while (!(await isReady(`${model}/ready`))) {
    if (child.exitCode !== null || performance.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`${command} did not start: ${said}`);
    }
    await pause(100);
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return { url: `${model}/infer`, stop };
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.ok === true;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
