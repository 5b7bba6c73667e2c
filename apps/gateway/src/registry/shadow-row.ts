import type { Stage } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { cancelJob } from '../jobs/job-change.ts';
import { drawn } from './answering.ts';
import { endShare, placeShare, type ShareRow, shareOf } from './share-row.ts';
import { type VersionRow, versionId } from './version-row.ts';

/** Stages from which a version may be a shadow: somebody has looked at it, and it was not laid aside. */
const stages: readonly Stage[] = ['staging', 'production'];

/** Whether a version is at a stage from which it may be a shadow. */
export async function mayShadow(
  tx: Queryable,
  { model, version }: Pick<VersionRow, 'model' | 'version'>,
): Promise<boolean> {
  const [row] = await tx.query<Pick<VersionRow, 'stage'>>(
    'select stage from cairn.version where model = $1 and version = $2',
    [model, version],
  );
  return row !== undefined && stages.includes(row.stage);
}

/**
 * The shadow that runs a prediction again, or null: where the model's default or its canary has answered, a share of the
 * predictions goes to the shadow, drawn by what was asked; apart from the canary's share, so that neither is seen alone.
 * @param version the version that answered
 * @param request digest of what it was asked
 */
export async function shadowing(
  queryable: Queryable,
  version: Pick<VersionRow, 'model' | 'version' | 'aliases'>,
  request: string,
): Promise<ShareRow | null> {
  if (!version.aliases.some((alias) => alias === 'production' || alias === 'canary')) return null;
  const shadow = await shareOf(queryable, 'shadow', version.model);
  if (shadow === null || shadow.version === version.version) return null;
  return drawn({ shadow: versionId(shadow), request }) < shadow.share ? shadow : null;
}

/** Makes a version the shadow of its model; what waits for another is cancelled. The caller holds the versions. */
export async function placeShadow(tx: Queryable, row: Omit<ShareRow, 'actor' | 'at'>, actor: Actor): Promise<void> {
  const before = await shareOf(tx, 'shadow', row.model);
  await placeShare(tx, 'shadow', row, actor);
  if (before !== null && before.version !== row.version) await cancelRuns(tx, before, actor);
}

/** Ends the shadow of a model where it has one; what waits for it is cancelled. */
export async function endShadow(tx: Queryable, model: string, actor: Actor): Promise<void> {
  const row = await endShare(tx, 'shadow', model, actor);
  if (row !== null) await cancelRuns(tx, row, actor);
}

async function cancelRuns(tx: Queryable, shadow: ShareRow, actor: Actor): Promise<void> {
  const jobs = await tx.query<{ id: string }>(
    `select id from cairn.job where process = 'shadow-prediction' and inputs->>'version' = $1
       and status in ('accepted', 'running') order by created, id`,
    [versionId(shadow)],
  );
  for (const { id } of jobs) await cancelJob(tx, id, actor);
}
