import type { UsageGroup, UsageReport, UsageRow } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import { csvOf } from '../platform/csv.ts';

interface Row {
  key: string;
  jobs: number;
  wall: number;
  cpu: number;
  money: { amount: number; currency: string }[] | null;
  process: string;
  account: string;
  created: Date;
}

/** The most rows that are told at once: those of jobs; months, models and accounts are fewer. */
export const mostRows = 10_000;

// The model of a job: what it was asked for, and of a registration what came of it. A version is MODEL/NUMBER.
const model = `split_part(coalesce(inputs->>'model', inputs->>'version', result->>'model', result->>'version', ''), '/', 1)`;

const keys: Record<UsageGroup, string> = {
  months: `to_char(created at time zone 'UTC', 'YYYY-MM')`,
  models: model,
  accounts: 'actor',
  jobs: 'id',
};
const orders: Record<UsageGroup, string> = {
  months: 'key desc',
  models: 'wall desc, key',
  accounts: 'wall desc, key',
  jobs: 'created desc, key',
};

/**
 * What jobs used, added up. A job belongs to the month in which it was asked for.
 * @param span which jobs, by when they were asked for; the end is not in it
 */
export async function usageReport(
  queryable: Queryable,
  by: UsageGroup,
  span: { from?: string; to?: string } = {},
): Promise<UsageReport> {
  const rows = await queryable.query<Row>(
    `with one as (
       select ${keys[by]} as key, j.id, j.process, j.actor, j.created, u.wall_seconds, u.cpu_seconds, u.cost, u.currency
       from cairn.job j join cairn.usage u on u.job_id = j.id
       where ($1::timestamptz is null or j.created >= $1) and ($2::timestamptz is null or j.created < $2)
     ), money as (
       select key, currency, sum(cost) as amount from one where currency is not null group by key, currency
     )
     select key, count(distinct id) as jobs, sum(wall_seconds) as wall, coalesce(sum(cpu_seconds), 0) as cpu,
       (select json_agg(json_build_object('amount', amount, 'currency', currency) order by currency)
        from money where money.key = one.key) as money,
       min(process) as process, min(actor) as account, min(created) as created
     from one group by key order by ${orders[by]} limit ${mostRows}`,
    [span.from ?? null, span.to ?? null],
  );
  return { rows: rows.map((row) => toRow(by, row)) };
}

/** A report as CSV, a column a currency. */
export function usageCsv(by: UsageGroup, { rows }: UsageReport): string {
  const currencies = [...new Set(rows.flatMap(({ money }) => money.map(({ currency }) => currency)))].sort();
  const ofJob = by === 'jobs' ? ['process', 'account', 'created'] : [];
  const head = [by.slice(0, -1), ...ofJob, 'jobs', 'wall_seconds', 'cpu_seconds', ...currencies];
  const lines = rows.map((row) => [
    row.key,
    ...(by === 'jobs' ? [row.process ?? '', row.account ?? '', row.created ?? ''] : []),
    ...[row.jobs, row.wallSeconds, row.cpuSeconds],
    ...currencies.map((one) => row.money.find(({ currency }) => currency === one)?.amount ?? ''),
  ]);
  return csvOf([head, ...lines]);
}

function toRow(by: UsageGroup, { key, jobs, wall, cpu, money, process, account, created }: Row): UsageRow {
  return {
    key,
    jobs,
    wallSeconds: round(wall, 3),
    cpuSeconds: round(cpu, 2),
    money: (money ?? []).map(({ amount, currency }) => ({ amount: round(amount, 6), currency })),
    ...(by === 'jobs' ? { process, account, created: created.toISOString() } : {}),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
