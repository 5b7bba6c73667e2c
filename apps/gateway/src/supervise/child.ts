import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CairnError } from '@cairn/contracts';
import type { FastifyBaseLogger } from 'fastify';
import { CappedLog, Lines } from './output.ts';
import { listProcesses, readEnvironment } from './proc.ts';
import { treeRssMiB } from './rss.ts';

const markName = 'CAIRN_CHILD';
const graceMs = 5000;

/** What to start. */
export interface ChildSpec {
  /** Names the log and the record, as `mlflow`. */
  name: string;
  command: string;
  args: readonly string[];
  /** Added to the environment that all children have. */
  env?: Record<string, string>;
  cwd?: string;
  /** Resolves when the child can be used. `signal` aborts when it ended or took too long: stop trying then. */
  ready?: (child: Child, signal: AbortSignal) => Promise<void>;
  readyTimeoutMs?: number;
  /** What the child is given and nobody else may read: it is masked in all that the child writes. */
  secret?: string;
  /** Told of every line that the child writes. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** How a child ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * A process that the gateway started, leader of its own process group. Its standard input stays open as long as the
 * gateway lives, so that a child which reads it sees the gateway's end, also after `kill -9`.
 */
export class Child {
  readonly pid: number;
  /** Resolves when the process has ended and its output has been read. */
  readonly exited: Promise<Exit>;
  readonly #mark: string;
  readonly #log: CappedLog;

  /** Made by {@link Children.start}. */
  constructor(parts: { pid: number; exited: Promise<Exit>; mark: string; log: CappedLog }) {
    this.pid = parts.pid;
    this.exited = parts.exited;
    this.#mark = parts.mark;
    this.#log = parts.log;
  }

  /** Resident memory of the process and all below it, in MiB. */
  rssMiB(): Promise<number> {
    return treeRssMiB(this.pid);
  }

  /** The last lines that it wrote. */
  tail(): string {
    return this.#log.tail();
  }

  /**
   * Ends the process and all that it started, also what left its group or outlived it: SIGTERM, and SIGKILL to what is
   * there after 5 s. Resolves when nothing is left.
   */
  async stop(): Promise<void> {
    await end(this.#mark, 'SIGTERM', graceMs);
    await end(this.#mark, 'SIGKILL', graceMs);
    await this.exited;
  }
}

/**
 * Starts and ends child processes. Each carries a mark in its environment, which all that it starts inherit: by it they are
 * found again whoever their parent is by then, in this gateway and, after a `kill -9`, in the next one.
 */
export class Children {
  readonly #runFolder: string;
  readonly #logFolder: string;
  readonly #environment: Record<string, string>;
  readonly #logger: Pick<FastifyBaseLogger, 'info' | 'warn'>;
  readonly #onProgram: (pid: number) => void;
  readonly #running = new Set<Child>();

  /** @param options.runFolder where a record of each child lies while it runs: `NAME-PID.json`. */
  constructor(options: {
    runFolder: string;
    logFolder: string;
    environment: Record<string, string>;
    logger: Pick<FastifyBaseLogger, 'info' | 'warn'>;
    /** Told of each child that does one piece of work and ends, and is no server (`ready`) that many share. */
    onProgram?: (pid: number) => void;
  }) {
    this.#runFolder = options.runFolder;
    this.#logFolder = options.logFolder;
    this.#environment = options.environment;
    this.#logger = options.logger;
    this.#onProgram = options.onProgram ?? (() => undefined);
  }

  /**
   * Starts a child and waits until it is ready. One that does not get ready is stopped.
   * @throws CairnError `tools-missing` where the command is not there; Error with its last lines where it ended early.
   */
  async start(spec: ChildSpec): Promise<Child> {
    const mark = `${this.#runFolder}:${randomUUID()}`;
    const log = new CappedLog(join(this.#logFolder, `${spec.name}.log`));
    const started = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: { ...this.#environment, ...spec.env, [markName]: mark },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const exited = collect(started, log, spec);
    await spawned(started, spec.command);
    const child = new Child({ pid: started.pid ?? 0, exited, mark, log });
    this.#running.add(child);
    if (spec.ready === undefined) this.#onProgram(child.pid);
    const record = await this.#record(spec, child);
    this.#logger.info({ child: spec.name, pid: child.pid }, 'child started');
    void exited.then(async (exit) => {
      this.#running.delete(child);
      this.#logger.info({ child: spec.name, pid: child.pid, ...exit }, 'child ended');
      await rm(record, { force: true });
    });
    await this.#untilReady(spec, child);
    return child;
  }

  /**
   * Ends what an earlier gateway of this folder left running. Called at start by the holder of the state folder's lock,
   * before anything is started.
   */
  async reap(): Promise<void> {
    const left = await end(this.#runFolder, 'SIGKILL', graceMs);
    if (left > 0) this.#logger.warn({ processes: left }, 'ended processes that an earlier gateway left');
    await rm(this.#runFolder, { recursive: true, force: true });
  }

  /** Ends every child, all at once. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#running].map((child) => child.stop()));
  }

  async #record({ name, command, args }: ChildSpec, { pid }: Child): Promise<string> {
    const file = join(this.#runFolder, `${name}-${pid}.json`);
    await mkdir(this.#runFolder, { recursive: true });
    await writeFile(file, `${JSON.stringify({ name, pid, command, args })}\n`);
    return file;
  }

  async #untilReady({ name, ready, readyTimeoutMs = 60_000 }: ChildSpec, child: Child): Promise<void> {
    if (ready === undefined) return;
    const over = new AbortController();
    const late = pause(readyTimeoutMs, undefined, { signal: over.signal }).then(
      () => `${name} was not ready after ${readyTimeoutMs / 1000} s.`,
      () => undefined,
    );
    const ended = child.exited.then(({ code, signal }) => `${name} ended (${signal ?? code}) before it was ready.`);
    try {
      const trouble = await Promise.race([ready(child, over.signal).then(() => undefined), late, ended]);
      if (trouble !== undefined) throw new Error(`${trouble} Its last lines:\n${child.tail()}`);
    } catch (error) {
      await child.stop();
      throw error;
    } finally {
      over.abort();
    }
  }
}

function collect(started: ChildProcess, log: CappedLog, { secret, onLine }: ChildSpec): Promise<Exit> {
  const streams = [started.stdout, started.stderr].map((stream, i) => {
    const lines = new Lines((written) => {
      const line = secret === undefined ? written : written.replaceAll(secret, '[secret]');
      log.write(line);
      onLine?.(line, i === 0 ? 'stdout' : 'stderr');
    });
    stream?.on('data', (bytes: Buffer) => lines.push(bytes));
    return lines;
  });
  started.stdin?.on('error', () => undefined);
  return new Promise((resolve) => {
    started.on('exit', (code, signal) => {
      const finish = () => {
        for (const lines of streams) lines.end();
        log.end();
        resolve({ code, signal });
      };
      // Something it started may hold its output open for ever: what has not come after a second is not waited for.
      const timer = setTimeout(() => {
        started.removeAllListeners('close');
        started.stdout?.destroy();
        started.stderr?.destroy();
        finish();
      }, 1000);
      started.once('close', () => {
        clearTimeout(timer);
        finish();
      });
    });
  });
}

async function spawned(started: ChildProcess, command: string): Promise<void> {
  try {
    await once(started, 'spawn');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new CairnError('tools-missing', `The program ${command} was not found.`, {
      where: command,
      action: 'Install what is missing: "cairn doctor" tells what and how.',
      cause,
    });
  }
}

/** Sends a signal to all that carry a mark and waits until they are gone; answers how many there were. */
async function end(mark: string, signal: 'SIGTERM' | 'SIGKILL', waitMs: number): Promise<number> {
  const told = new Set<number>();
  const until = Date.now() + waitMs;
  for (;;) {
    const members = await marked(mark);
    for (const pid of members) {
      if (!told.has(pid)) send(pid, signal);
      told.add(pid);
    }
    if (members.length === 0 || Date.now() > until) return told.size;
    await pause(100);
  }
}

/** Every process, not yet ended, whose mark is this one or, for a run folder, one below it. */
async function marked(mark: string): Promise<number[]> {
  const entries = (await listProcesses()).filter(({ pid, state }) => pid !== process.pid && state !== 'Z');
  const members = entries.map(async ({ pid }) => {
    const own = (await readEnvironment(pid)).find((entry) => entry.startsWith(`${markName}=`));
    const value = own?.slice(markName.length + 1);
    return value === mark || value?.startsWith(`${mark}:`) === true ? [pid] : [];
  });
  return (await Promise.all(members)).flat();
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
