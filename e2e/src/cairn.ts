import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout under test. */
export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** How a command ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A command that runs. */
export interface Running {
  child: ChildProcess;
  /** What it has written to standard output so far. */
  stdout(): string;
  ended: Promise<Ended>;
}

/** What a command runs with. */
export interface Surroundings {
  home: string;
  /** Folder it runs in; default the checkout. */
  cwd?: string;
  environment?: Record<string, string>;
  /** A command that it is run by, as `unshare -n`. */
  under?: string[];
}

/** Starts `cairn` as a user would. */
export function start(words: string[], { home, cwd, environment, under = [] }: Surroundings): Running {
  const program = resolve(repository, 'bin/cairn');
  const [command = program, ...before] = under;
  const child = spawn(command, [...before, ...(under.length === 0 ? [] : [program]), ...words], {
    cwd: cwd ?? repository,
    env: { ...process.env, CAIRN_HOME: home, CAIRN_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
  return { child, stdout: () => stdout, ended };
}

/** Runs `cairn` to its end. */
export function cairn(words: string[], surroundings: Surroundings): Promise<Ended> {
  return start(words, surroundings).ended;
}
