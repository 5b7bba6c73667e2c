import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CairnError, isErrorCode, type Problem, readJsonLine } from '@cairn/contracts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const graceMs = 5000;
const startMs = 120_000;
const pageKiB = 4;

/** What a server is told of its model: the arguments of `serving`, but for those that are the host's own matter. */
export type ServerSettings = Record<string, string | number>;

/** A model server that answers, as a child process of the host: it ends with it. */
export class ModelServer {
  /** As `http://127.0.0.1:40123`. */
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess, exited: Promise<unknown>, address: string) {
    this.#child = child;
    this.#exited = exited;
    this.address = address;
  }

  /**
   * Starts a server of a whole graph from a file of weights.
   * @throws CairnError with the problem that it ended with; else `serving-unavailable`; the signal's reason.
   */
  static async start(
    settings: ServerSettings,
    weights: string,
    environment: NodeJS.ProcessEnv,
    signal: AbortSignal,
  ): Promise<ModelServer> {
    const given: ServerSettings = { role: 'graph', ...settings, weights };
    const args = Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(process.execPath, ['--import', 'tsx', main, '--attached', ...args], {
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // What it is told after its end is nobody's matter.
    child.stdin.on('error', () => undefined);
    const exited = once(child, 'close').catch(() => undefined);
    const told = new Promise<string>((resolve, reject) => {
      let problem: Problem | undefined;
      createInterface({ input: child.stdout }).on('line', (line) => {
        const { address } = readJsonLine(line);
        if (typeof address === 'string') resolve(address);
      });
      createInterface({ input: child.stderr }).on('line', (line) => {
        const json = readJsonLine(line);
        if (typeof json['code'] === 'string') problem = json as unknown as Problem;
        process.stderr.write(`${line}\n`);
      });
      child.once('error', reject);
      void exited.then(() => reject(errorOf(problem)));
    });
    const limit = AbortSignal.any([signal, AbortSignal.timeout(startMs)]);
    const tooLate = once(limit, 'abort').then(() => {
      throw limit.reason as Error;
    });
    try {
      return new ModelServer(child, exited, await Promise.race([told, tooLate]));
    } catch (error) {
      await end(child, exited);
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when the process has ended. */
  get exited(): Promise<unknown> {
    return this.#exited;
  }

  /** Resident memory in MiB; 0 where it has ended. */
  async rssMiB(): Promise<number> {
    const pages = await readFile(`/proc/${this.pid}/statm`, 'utf8').catch(() => '0 0');
    return (Number(pages.split(' ')[1]) * pageKiB) / 1024;
  }

  /** Ends the process; by force where it does not end within 5 s. */
  stop(): Promise<void> {
    return end(this.#child, this.#exited);
  }
}

async function end(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(timer);
}

function errorOf(problem: Problem | undefined): CairnError {
  if (problem === undefined || !isErrorCode(problem.code)) {
    return new CairnError('serving-unavailable', 'The model server ended before it answered.', {
      action: 'Look at the log of the serving host.',
    });
  }
  return CairnError.of(problem);
}
