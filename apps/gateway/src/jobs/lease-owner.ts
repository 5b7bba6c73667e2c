import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { readProcess } from '../supervise/proc.ts';

/**
 * A name for this gateway as the holder of leases: host, boot, pid namespace, pid, start time and a random part. By it
 * another gateway on the same machine sees at once that this one is dead, and need not wait for its leases to run out.
 */
export async function nameOwner(): Promise<string> {
  const start = (await readProcess(process.pid))?.startTime ?? '-';
  return [await machine(), process.pid, start, randomUUID()].join(' ');
}

/** Whether the gateway of a name ran on this machine and is gone. Of other machines nothing is known: false. */
export async function isDeadOwner(name: string): Promise<boolean> {
  const here = await machine();
  if (!name.startsWith(`${here} `)) return false;
  const [pid, start] = name.slice(here.length + 1).split(' ');
  const found = await readProcess(Number(pid));
  return found === undefined || found.state === 'Z' || found.startTime !== start;
}

async function machine(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '-');
  const pids = await readlink('/proc/self/ns/pid').catch(() => '-');
  return [hostname(), boot.trim(), pids].join(' ');
}
