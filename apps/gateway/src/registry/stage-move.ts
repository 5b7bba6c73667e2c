import type { Stage } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';
import { mirrorLater } from './outbox-row.ts';
import { endShadow, mayShadow } from './shadow-row.ts';
import { endShare, shareOf } from './share-row.ts';
import { checkTransition, defaultAfter, type InProduction } from './stages.ts';
import { mirrorInCatalogue } from './version-links.ts';
import { type VersionRow, versionId, versionSubject } from './version-row.ts';

/** A step from stage to stage that was found to be allowed to its actor. */
export interface Move {
  to: Stage;
  reason: string;
  /** Whether it is an approval of the actor's own work. */
  approvedOwn?: boolean;
  /** Digest of the receipt that it is told by, where there is one. */
  receipt?: string;
  at?: Date;
  /** Whether the alias `production` is to name the version. */
  makeDefault?: boolean;
}

/**
 * Holds all versions of a model until the transaction ends: two approvals at once must not both take the default.
 */
export async function holdVersions(tx: Queryable, model: string): Promise<void> {
  await tx.query('select 1 from cairn.version where model = $1 order by version for update', [model]);
}

/**
 * Brings a version to another stage, whole: the row, the line of its history, the event, the default of its model, the items
 * of the catalogue, and the note to MLflow.
 * @throws CairnError `stage-transition-refused`.
 */
export async function moveStage(tx: Queryable, row: VersionRow, move: Move, actor: Actor): Promise<void> {
  const { to, reason, approvedOwn = false, receipt = null, at = new Date(), makeDefault = false } = move;
  checkTransition(versionId(row), row.stage, to);
  await tx.query('update cairn.version set stage = $3 where model = $1 and version = $2', [row.model, row.version, to]);
  await tx.query(
    `insert into cairn.stage_change (model, version, from_stage, to_stage, actor, reason, approved_own, receipt, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [row.model, row.version, row.stage, to, actor.id, reason, approvedOwn, receipt, at],
  );
  await recordEvent(tx, actor, {
    kind: past[to],
    subject: versionSubject(row),
    data: { from: row.stage, to, reason, approvedOwn, receipt },
  });
  await mirrorLater(tx, row);
  await placeDefault(tx, row.model, actor, makeDefault ? row.version : undefined);
}

/** The version that the alias `production` of a model names, and all that it could name. */
export async function answering(
  tx: Queryable,
  model: string,
): Promise<{ current: number | null; inProduction: InProduction[] }> {
  const [holder] = await tx.query<{ version: number }>(
    "select version from cairn.version where model = $1 and 'production' = any(aliases)",
    [model],
  );
  const inProduction = await tx.query<InProduction>(
    `select v.version, max(c.seq) as "approvedSeq" from cairn.version v
     join cairn.stage_change c on c.model = v.model and c.version = v.version and c.to_stage = 'production'
     where v.model = $1 and v.stage = 'production' group by v.version`,
    [model],
  );
  return { current: holder?.version ?? null, inProduction };
}

/**
 * Lets the alias `production` name the version that it has to name now, and nothing else; the catalogue follows. A canary that
 * is the default now, or in production no longer, is none any more; nor is a shadow that is the default, or may be none.
 */
export async function placeDefault(tx: Queryable, model: string, actor: Actor, chosen?: number): Promise<void> {
  const { current, inProduction } = await answering(tx, model);
  const next = defaultAfter(current, inProduction, chosen);
  const canary = await shareOf(tx, 'canary', model);
  const stays =
    canary === null || (canary.version !== next && inProduction.some((row) => row.version === canary.version));
  if (!stays) await endShare(tx, 'canary', model, actor);
  const shadow = await shareOf(tx, 'shadow', model);
  if (shadow !== null && (shadow.version === next || !(await mayShadow(tx, shadow)))) await endShadow(tx, model, actor);
  if (next !== current) {
    await tx.query(
      "update cairn.version set aliases = array_remove(aliases, 'production') where model = $1 and 'production' = any(aliases)",
      [model],
    );
    if (next !== null) {
      await tx.query(
        "update cairn.version set aliases = array_append(aliases, 'production') where model = $1 and version = $2",
        [model, next],
      );
    }
    await recordEvent(tx, actor, {
      kind: 'model.default-changed',
      subject: `model:${model}`,
      data: { from: current, to: next },
    });
    await mirrorLater(tx, { model, version: next ?? current! });
  }
  await mirrorInCatalogue(tx, model);
}

const past = {
  candidate: 'version.proposed',
  staging: 'version.staged',
  production: 'version.approved',
  archived: 'version.archived',
  revoked: 'version.revoked',
} as const satisfies Record<Stage, string>;
