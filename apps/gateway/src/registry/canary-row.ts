import type { Queryable } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';
import { mirrorLater } from './outbox-row.ts';

/** A row of `cairn.canary`. */
export interface CanaryRow {
  model: string;
  version: number;
  /** Part of the requests that name no version, above 0 and below 1. */
  share: number;
  actor: string;
  reason: string;
  at: Date;
}

/** The canary of a model, or null. */
export async function canaryOf(queryable: Queryable, model: string): Promise<CanaryRow | null> {
  const [row] = await queryable.query<CanaryRow>('select * from cairn.canary where model = $1', [model]);
  return row ?? null;
}

/** Makes a version the canary of its model, in place of another; in the transaction of the caller, who holds the versions. */
export async function placeCanary(tx: Queryable, row: Omit<CanaryRow, 'actor' | 'at'>, actor: Actor): Promise<void> {
  const { model, version, share, reason } = row;
  const before = await canaryOf(tx, model);
  if (before !== null && before.version !== version) await takeAlias(tx, before);
  await tx.query(
    `insert into cairn.canary (model, version, share, actor, reason) values ($1, $2, $3, $4, $5)
     on conflict (model) do update set version = excluded.version, share = excluded.share, actor = excluded.actor,
       reason = excluded.reason, at = clock_timestamp()`,
    [model, version, share, actor.id, reason],
  );
  if (before?.version !== version) {
    await tx.query(
      "update cairn.version set aliases = array_append(aliases, 'canary') where model = $1 and version = $2",
      [model, version],
    );
    await mirrorLater(tx, row);
  }
  await recordEvent(tx, actor, {
    kind: 'model.canary-set',
    subject: `model:${model}`,
    data: { version, share, reason },
  });
}

/** Ends the canary of a model where it has one; the default answers every request that names no version again. */
export async function endCanary(tx: Queryable, model: string, actor: Actor): Promise<void> {
  const [row] = await tx.query<CanaryRow>('delete from cairn.canary where model = $1 returning *', [model]);
  if (row === undefined) return;
  await takeAlias(tx, row);
  await recordEvent(tx, actor, {
    kind: 'model.canary-ended',
    subject: `model:${model}`,
    data: { version: row.version, share: row.share },
  });
}

async function takeAlias(tx: Queryable, { model, version }: CanaryRow): Promise<void> {
  await tx.query(
    "update cairn.version set aliases = array_remove(aliases, 'canary') where model = $1 and version = $2",
    [model, version],
  );
  await mirrorLater(tx, { model, version });
}
