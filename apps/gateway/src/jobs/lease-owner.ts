import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Who holds the lease of a job: one gateway, named so that another on the same machine can see at once that it is dead,
 * and need not wait for the lease to run out: host, boot, pid namespace, pid, start time and a random part.
 */
export class LeaseOwner {
  readonly name: string;

  constructor() {
    this.name = [machine(), process.pid, startTime(process.pid) ?? '-', randomUUID()].join(' ');
  }

  /** Whether the gateway of that name ran on this machine and is gone. Of other machines nothing is known: false. */
  isDead(name: string): boolean {
    if (name === this.name || !name.startsWith(`${machine()} `)) return false;
    const [pid, start] = name.slice(machine().length + 1).split(' ');
    return startTime(Number(pid)) !== start;
  }
}

function machine(): string {
  const boot = quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const pids = quietly(() => readlinkSync('/proc/self/ns/pid'));
  return [hostname(), boot ?? '-', pids ?? '-'].join(' ');
}

/** Field 22 of /proc/PID/stat: clock ticks from boot to the start of the process. Pids are used again, this is not. */
function startTime(pid: number): string | undefined {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The name in field 2 may hold blanks and brackets: count from its last bracket.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** What cannot be read (no such process, no /proc on this system) is unknown. */
function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
