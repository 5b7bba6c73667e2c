import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { CairnError, type CairnClient } from '@cairn/contracts';
import { pidOf, type Victim } from '../victim.ts';
import type { Errand } from './errand.ts';
import type { Installation } from './installation.ts';

/** What can befall Cairn: one of its processes is killed, or the free space of its disk is gone for a while. */
export type Fault = Victim | 'disk';

/** When a fault strikes, and how. */
export interface Aim {
  fault: Fault;
  /** It waits until the job tells so many percent (or has ended) ... */
  percent: number;
  /** ... so many milliseconds more, and until its victim is there. */
  delay: number;
  /** Of a victim with processes below it: which of them, 0..1. */
  depth: number;
  /** Of a disk: how many bytes are left of its free space, and for how many milliseconds at most. */
  left: number;
  hold: number;
}

/** Draws an aim. */
export function aimOf(fault: Fault, random: () => number): Aim {
  const below = (limit: number): number => Math.floor(random() * limit);
  return {
    fault,
    // The last of a job is without steps.
    percent: below(fault === 'step' ? 85 : 100),
    delay: below(500),
    depth: random(),
    left: random() < 0.5 ? 0 : below(512 * 1024),
    hold: 500 + below(5000),
  };
}

/** The aim in words, so that it can be found again. */
export function aimWords({ fault, percent, delay, left, hold }: Aim): string {
  const disk = fault === 'disk' ? `, ${left} bytes left for ${hold} ms` : '';
  return `at ${percent} % and ${delay} ms${disk}`;
}

/** What a fault may make of a job that it hits, beside success. Whatever a killed gateway did goes on. */
export const explains: Record<Fault, readonly string[]> = {
  gateway: [],
  step: ['training-failed', 'data-versioning-failed'],
  mlflow: ['mlflow-unavailable', 'training-failed'],
  serving: ['serving-unavailable'],
  disk: ['disk-full'],
};

/** Strikes at the moment of the aim; false where the errand had ended before its victim appeared. */
export async function strike(aim: Aim, installation: Installation, errand: Errand): Promise<boolean> {
  const { client } = installation;
  while ((await errand.percent(client)) < aim.percent) await pause(5);
  await pause(aim.delay);
  const { fault, depth } = aim;
  if (fault === 'disk') {
    await withoutSpace(aim, installation, errand);
    return true;
  }
  while (!(await killOne(fault, depth, installation))) {
    if ((await errand.percent(client)) === 100) return false;
    await pause(5);
  }
  return true;
}

/** Kills the victim; false where it is not there. */
async function killOne(fault: Victim, depth: number, { scene }: Installation): Promise<boolean> {
  const pid = await pidOf(fault, scene);
  if (pid === undefined) return false;
  const tree = fault === 'step' ? await treeOf(pid) : [pid];
  try {
    process.kill(tree[Math.floor(depth * tree.length)] ?? pid, 'SIGKILL');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function withoutSpace({ left, hold }: Aim, { disk, client }: Installation, errand: Errand): Promise<void> {
  await disk.fill(left);
  try {
    const until = performance.now() + hold;
    while (performance.now() < until && (await percentThough(errand, client)) < 100) await pause(50);
  } finally {
    await disk.free();
  }
}

/** Without space even reading may be refused, but by that name. */
async function percentThough(errand: Errand, client: CairnClient): Promise<number> {
  try {
    return await errand.percent(client);
  } catch (error) {
    if (error instanceof CairnError && error.code === 'disk-full') return 0;
    throw error;
  }
}

/** A process and all below it. */
async function treeOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const children = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  const below = children.join(' ').split(' ').filter(Boolean).map(Number);
  return [pid, ...(await Promise.all(below.map(treeOf))).flat()];
}
