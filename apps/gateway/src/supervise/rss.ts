import { readFile } from 'node:fs/promises';
import { listProcesses, type ProcessEntry } from './proc.ts';

/**
 * Resident memory of a process and all below it, in MiB. Pages that several share are counted for each, so it is an upper
 * bound. 0 where the process is gone.
 */
export async function treeRssMiB(pid: number): Promise<number> {
  const sizes = await Promise.all(treeOf(await listProcesses(), pid).map((entry) => rssKiB(entry.pid)));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

/** A process and all below it, among those that were listed; empty where it is not among them. */
export function treeOf(entries: readonly ProcessEntry[], pid: number): ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of entries) children.set(entry.parent, [...(children.get(entry.parent) ?? []), entry]);
  const tree = entries.filter((entry) => entry.pid === pid);
  for (const member of tree) tree.push(...(children.get(member.pid) ?? []));
  return tree;
}

/** Resident memory of one process in KiB; 0 where it is gone. */
export async function rssKiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}
