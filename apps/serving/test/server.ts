import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { brightness, layout } from './scene.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** A real model server as a child process. */
export interface Server {
  address: string;
  /** Where it speaks gRPC. */
  grpc?: string;
  child: ChildProcess;
}

/** The arguments that serve the brightness network as the whole graph. */
export function graphArgs(change: Record<string, string> = {}): string[] {
  const { file, digest } = brightness;
  const { window, halo, stride } = layout;
  const args = { role: 'graph', name: 'bright', version: '3', weights: file, digest, window, halo, stride, ...change };
  return Object.entries(args).flatMap(([key, value]) => [`--${key}`, String(value)]);
}

/** Starts a server and waits until it answers. */
export async function startServer(args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Server> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, ...(JSON.parse(line) as { address: string; grpc?: string }) };
}

/** Runs a server that is expected to end by itself: its exit code and standard error. */
export async function runServer(args: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

/** Ends a server and waits for it. */
export async function stopServer({ child }: Server): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Sends JSON and reads JSON. */
export async function post(address: string, body: unknown): Promise<{ status: number; json: unknown }> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}
