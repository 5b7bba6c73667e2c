import type { Canary, Shadow } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';
import { mirrorLater } from './outbox-row.ts';
import { versionId } from './version-row.ts';

/** What a version may do with a share of what its model is asked: answer it, or run it once more. Each a table, and an alias. */
export type SharedRole = 'canary' | 'shadow';

/** A row of `cairn.canary` or `cairn.shadow`. */
export interface ShareRow {
  model: string;
  version: number;
  /** Part of the requests: a canary's is above 0 and below 1, a shadow's may be 1. */
  share: number;
  actor: string;
  reason: string;
  at: Date;
}

/** Who has a role beside the default of a model, or null. */
export async function shareOf(queryable: Queryable, role: SharedRole, model: string): Promise<ShareRow | null> {
  const [row] = await queryable.query<ShareRow>(`select * from cairn.${role} where model = $1`, [model]);
  return row ?? null;
}

/** A role as the API tells it. */
export function toShare(row: ShareRow): Canary & Shadow {
  const { share, actor, reason, at } = row;
  return { version: versionId(row), share, actor, reason, at: at.toISOString() };
}

/** Gives a version a role of its model, in place of another; in the transaction of the caller, who holds the versions. */
export async function placeShare(
  tx: Queryable,
  role: SharedRole,
  row: Omit<ShareRow, 'actor' | 'at'>,
  actor: Actor,
): Promise<void> {
  const { model, version, share, reason } = row;
  const before = await shareOf(tx, role, model);
  if (before !== null && before.version !== version) await takeAlias(tx, role, before);
  await tx.query(
    `insert into cairn.${role} (model, version, share, actor, reason) values ($1, $2, $3, $4, $5)
     on conflict (model) do update set version = excluded.version, share = excluded.share, actor = excluded.actor,
       reason = excluded.reason, at = clock_timestamp()`,
    [model, version, share, actor.id, reason],
  );
  if (before?.version !== version) {
    await tx.query('update cairn.version set aliases = array_append(aliases, $3) where model = $1 and version = $2', [
      model,
      version,
      role,
    ]);
    await mirrorLater(tx, row);
  }
  await recordEvent(tx, actor, {
    kind: `model.${role}-set`,
    subject: `model:${model}`,
    data: { version, share, reason },
  });
}

/** Takes a role from the version of a model that has it, and answers which that was; null where none has. */
export async function endShare(tx: Queryable, role: SharedRole, model: string, actor: Actor): Promise<ShareRow | null> {
  const [row] = await tx.query<ShareRow>(`delete from cairn.${role} where model = $1 returning *`, [model]);
  if (row === undefined) return null;
  await takeAlias(tx, role, row);
  await recordEvent(tx, actor, {
    kind: `model.${role}-ended`,
    subject: `model:${model}`,
    data: { version: row.version, share: row.share },
  });
  return row;
}

async function takeAlias(tx: Queryable, role: SharedRole, { model, version }: ShareRow): Promise<void> {
  await tx.query('update cairn.version set aliases = array_remove(aliases, $3) where model = $1 and version = $2', [
    model,
    version,
    role,
  ]);
  await mirrorLater(tx, { model, version });
}
