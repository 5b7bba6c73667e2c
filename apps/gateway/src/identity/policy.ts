import { CairnError } from '@cairn/contracts';
import type { Actor, Role } from './actor.ts';

/** Who may: everybody without a token, or those with one of these roles; `job` is a step that holds its job's token. */
export type Grant = 'anyone' | readonly (Role | 'job')[];

const everyone = ['mapper', 'scientist', 'approver', 'administrator'] as const;

/** The one policy table: who may do what. Every route names its entry. */
export const policy = {
  'health.read': 'anyone',
  'openapi.read': 'anyone',
  'api.read': 'anyone',
  'page.read': 'anyone',
  'docs.read': 'anyone',
  'keys.read': 'anyone',
  'session.write': 'anyone',
  // Whoever holds a file may ask whether it was taken back: they name digests of it.
  'revocations.read': 'anyone',

  'accounts.read': ['administrator'],
  'accounts.write': ['administrator'],
  'events.read': ['administrator'],
  'usage.read': ['administrator'],
  'own-account.write': everyone,
  'own-account.read': everyone,

  'status.read': everyone,
  'catalog.read': everyone,
  'feedback.write': everyone,
  'feedback.read': ['administrator'],
  'datasets.read': everyone,
  'imagery.read': everyone,
  'inference.read': everyone,
  'inference.estimate': everyone,
  'training.estimate': everyone,
  'receipts.read': everyone,
  'reviews.read': everyone,
  'reviews.write': ['mapper', 'scientist', 'approver'],
  'versions.read': everyone,
  'jobs.read': everyone,
  'jobs.execute': everyone,
  'uploads.read': ['mapper', 'scientist'],
  'uploads.write': ['mapper', 'scientist'],

  'execute.predict': ['mapper', 'scientist'],
  'models.infer': ['mapper', 'scientist'],
  'execute.add-imagery': ['mapper', 'scientist'],
  'execute.add-dataset': ['scientist'],
  'execute.register-model': ['scientist'],
  'execute.train-model': ['scientist'],
  'execute.reproduce-run': ['scientist', 'approver'],
  'execute.evaluate-version': ['scientist', 'approver'],
  'execute.draw-examples': ['scientist', 'approver'],

  // Whoever asked for a prediction is not told how another version did on it.
  'execute.shadow-prediction': ['approver'],
  'shadows.read': ['scientist', 'approver', 'administrator'],

  'versions.approve': ['approver'],
  'survey.read': ['administrator'],
  'survey.repair': ['administrator'],
  'versions.revoke': ['approver'],
  'runs.read': ['scientist', 'approver', 'administrator'],
  'mlflow.use': ['scientist', 'approver', 'administrator', 'job'],
} as const satisfies Record<string, Grant>;

/** An entry of the policy table. */
export type PolicyEntry = keyof typeof policy;

/** Whether an entry lets somebody. A step of a job has no role, whoever started it. */
export function allows(entry: PolicyEntry, actor: Actor): boolean {
  const grant: Grant = policy[entry];
  if (grant === 'anyone') return true;
  if (actor.jobId !== undefined) return grant.includes('job');
  return actor.roles.some((role) => grant.includes(role));
}

/**
 * Stops somebody whom an entry does not let.
 * @throws CairnError `not-allowed`, with the roles that would.
 */
export function demand(entry: PolicyEntry, actor: Actor): void {
  if (allows(entry, actor)) return;
  const grant: Grant = policy[entry];
  const roles = grant === 'anyone' ? [] : grant.filter((role) => role !== 'job');
  const who = actor.jobId === undefined ? `The account ${actor.id}` : `A step of the job ${actor.jobId}`;
  throw new CairnError('not-allowed', `${who} may not do this.`, {
    where: entry,
    action: `Ask somebody with one of these roles: ${roles.join(', ')}.`,
  });
}
