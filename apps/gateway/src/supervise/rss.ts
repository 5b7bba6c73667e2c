import { readFile } from 'node:fs/promises';
import { listProcesses } from './proc.ts';

/**
 * Resident memory of a process and all below it, in MiB. Pages that several share are counted for each, so it is an upper
 * bound. 0 where the process is gone.
 */
export async function treeRssMiB(pid: number): Promise<number> {
  const children = new Map<number, number[]>();
  for (const entry of await listProcesses()) {
    children.set(entry.parent, [...(children.get(entry.parent) ?? []), entry.pid]);
  }
  const tree = [pid];
  for (const member of tree) tree.push(...(children.get(member) ?? []));
  const sizes = await Promise.all(tree.map(rssKiB));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

async function rssKiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}
