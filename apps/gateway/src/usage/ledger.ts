import type { JobCost } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import type { Usage } from './meter.ts';
import { costOf, type Rates } from './rates.ts';

/** Writes what an attempt used so far, at the rates of today; a later word about the same attempt replaces it. */
export async function recordUsage(
  queryable: Queryable,
  job: { id: string; attempt: number },
  usage: Usage,
  rates: Rates,
): Promise<void> {
  const cost = costOf(usage, rates);
  await queryable.query(
    `insert into cairn.usage (job_id, attempt, wall_seconds, cpu_seconds, peak_mib, cost, currency)
     select id, $2, $3, $4, $5, $6, $7 from cairn.job where id = $1
     on conflict (job_id, attempt) do update set wall_seconds = excluded.wall_seconds, cpu_seconds = excluded.cpu_seconds,
       peak_mib = excluded.peak_mib, cost = excluded.cost, currency = excluded.currency, updated = clock_timestamp()`,
    [
      job.id,
      job.attempt,
      usage.wallSeconds,
      usage.programs?.cpuSeconds ?? null,
      usage.programs?.peakMiB ?? null,
      cost,
      cost === null ? null : rates.currency,
    ],
  );
}

/** What all attempts of a job used together, as a column `usage` of a query on `cairn.job`. */
export const usageColumn = `(select json_build_object('wall', sum(wall_seconds), 'cpu', sum(cpu_seconds),
  'peak', max(peak_mib), 'cost', sum(cost), 'currency', max(currency))
  from cairn.usage where job_id = cairn.job.id) as usage`;

/** A value of {@link usageColumn}; `wall` is null where nothing was written yet. */
export interface UsageSum {
  wall: number | null;
  cpu: number | null;
  peak: number | null;
  cost: number | null;
  currency: string | null;
}

/** The cost of a job as the API tells it. */
export function jobCost({ wall, cpu, peak, cost, currency }: UsageSum): JobCost {
  return {
    wallSeconds: round(wall ?? 0, 3),
    ...(cpu === null ? {} : { cpuSeconds: round(cpu, 2) }),
    ...(peak === null ? {} : { peakMiB: round(peak, 1) }),
    ...(cost === null || currency === null ? {} : { money: { amount: round(cost, 6), currency } }),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
