import { readdir, readFile } from 'node:fs/promises';

/** A process as `/proc/PID/stat` tells it. */
export interface ProcessEntry {
  pid: number;
  /** `R` running, `S` sleeping, `Z` ended but not yet collected, … */
  state: string;
  parent: number;
  /** Clock ticks after the machine's start; with the pid it names one process for ever. */
  startTime: string;
  /** CPU time in clock ticks: its own, and that of the children that it has waited for. */
  cpuTicks: number;
}

/** Every process of this machine, or of this container. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map((pid) => readProcess(Number(pid))));
  return entries.filter((entry) => entry !== undefined);
}

/** One process; undefined where there is none of that number. */
export async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name in parentheses may itself hold spaces and parentheses (proc(5)): fields are counted from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  const startTime = fields[19];
  if (state === undefined || parent === undefined || startTime === undefined) return undefined;
  const cpuTicks = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
  return { pid, state, parent: Number(parent), startTime, cpuTicks };
}

/** The environment with which a process was started; empty where it is gone or belongs to somebody else. */
export async function readEnvironment(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return text.split('\0');
}
