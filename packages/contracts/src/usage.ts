import { Type, type Static } from 'typebox';

/** By what costs can be added up. */
export const usageGroups = ['months', 'models', 'accounts', 'jobs'] as const;
export type UsageGroup = (typeof usageGroups)[number];

/** What the jobs of a month, a model or an account used together, or one job. */
export const UsageRow = Type.Object({
  key: Type.String({
    description: 'the month as 2026-11 (UTC), the model, the account or the job; empty for jobs that are of no model',
  }),
  jobs: Type.Integer({ minimum: 0 }),
  wallSeconds: Type.Number(),
  cpuSeconds: Type.Number({ description: 'of programs that the jobs started: a lower bound' }),
  money: Type.Array(Type.Object({ amount: Type.Number(), currency: Type.String({ description: 'ISO 4217' }) }), {
    description: 'at the rates of its time, one sum a currency; empty: not priced',
  }),
  process: Type.Optional(Type.String({ description: 'of one job, as what follows' })),
  account: Type.Optional(Type.String()),
  created: Type.Optional(Type.String({ description: 'RFC 3339' })),
});
export type UsageRow = Static<typeof UsageRow>;

/** What jobs cost: months and jobs the newest first, models and accounts the dearest first. */
export const UsageReport = Type.Object({ rows: Type.Array(UsageRow) }, { $id: 'UsageReport' });
export type UsageReport = Static<typeof UsageReport>;
