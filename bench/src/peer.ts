import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { repository } from '../../e2e/src/cairn.ts';

const run = promisify(execFile);
const most = { maxBuffer: 64 * 1024 * 1024 };

/** A file of `bench/peers/`. */
export function peerFile(name: string): string {
  return fileURLToPath(new URL(`../peers/${name}`, import.meta.url));
}

/** The Python that has what Cairn is compared with; installs it the first time. */
export async function peerPython(): Promise<string> {
  const { stdout } = await run('tools/bench.sh', [], { cwd: repository });
  return stdout.trim();
}

/** Runs a peer's program and answers the JSON of its last line. */
export async function peer<T>(program: string, words: readonly (string | number)[]): Promise<T> {
  const { stdout } = await run(await peerPython(), [peerFile(program), ...words.map(String)], most);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as T;
}
