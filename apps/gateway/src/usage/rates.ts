import type { Usage } from './meter.ts';

/** What an hour costs, as the installation's owner says. */
export interface Rates {
  /** Of a job's time on the wall. */
  perHour: number;
  /** Of CPU time of the programs that a job starts, on top. */
  perCpuHour: number;
  /** ISO 4217. */
  currency: string;
}

/** What was used in money; null where both rates are 0, which means not priced. */
export function costOf(usage: Usage, { perHour, perCpuHour }: Rates): number | null {
  if (perHour === 0 && perCpuHour === 0) return null;
  return (usage.wallSeconds * perHour + (usage.programs?.cpuSeconds ?? 0) * perCpuHour) / 3600;
}
