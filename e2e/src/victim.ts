import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A process that a test kills, by the record that it has in the state folder's `run/`; the gateway by its starter. */
const records = {
  gateway: null,
  mlflow: /^mlflow-\d+\.json$/,
  serving: /^serving-.+-\d+\.json$/,
  step: /^(mlflow-run|dvc)-\d+\.json$/,
} as const;
export type Victim = keyof typeof records;

/** Where a victim is looked for: the state folder, and the `cairn` that started its gateway. */
export interface Scene {
  home: string;
  starter: ChildProcess;
}

/** A killing: `wait` ms after its start a victim is due, and `delay` ms after it appeared where it was not there then. */
export interface Aim {
  victim: Victim;
  wait: number;
  delay: number;
}

/**
 * Kills a victim by SIGKILL at the moment of its aim. Answers how many milliseconds that took; null where `over` came
 * first or the victim had ended by itself.
 */
export async function strike(aim: Aim, scene: Scene, over: Promise<unknown>): Promise<number | null> {
  const begin = performance.now();
  const { signal, ended } = signalOf(over);
  await Promise.race([ended, pause(aim.wait)]);
  let pid = await pidOf(aim.victim, scene);
  if (pid === undefined) {
    while (!signal.aborted && (pid = await pidOf(aim.victim, scene)) === undefined) await pause(20);
    await Promise.race([ended, pause(aim.delay)]);
  }
  if (pid === undefined || signal.aborted) return null;
  try {
    process.kill(pid, 'SIGKILL');
    return Math.round(performance.now() - begin);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
    throw error;
  }
}

function signalOf(over: Promise<unknown>): { signal: AbortSignal; ended: Promise<void> } {
  const controller = new AbortController();
  return { signal: controller.signal, ended: over.then(() => controller.abort()) };
}

/** The process that a victim is now, or undefined where there is none. */
export async function pidOf(victim: Victim, { home, starter }: Scene): Promise<number | undefined> {
  const record = records[victim];
  if (record === null) return gatewayOf(starter);
  for (const file of await readdir(join(home, 'run')).catch(() => [])) {
    if (!record.test(file)) continue;
    const pid = Number(/-(\d+)\.json$/.exec(file)![1]);
    // A record may be left from a gateway that was killed: its process has gone, and its number may be another's.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').some((entry) => entry.startsWith(`CAIRN_CHILD=${home}/run:`))) return pid;
  }
  return undefined;
}

/** The gateway among what its starter runs. */
async function gatewayOf({ pid }: ChildProcess): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  for (const child of children.split(' ').filter(Boolean)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('apps/gateway/src/main.ts')) return Number(child);
  }
  return undefined;
}
