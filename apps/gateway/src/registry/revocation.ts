import {
  type Answers,
  CairnError,
  type Digest,
  type Revocation,
  type RevocationAsked,
  type RevocationResult,
} from '@cairn/contracts';
import { type Bundle, digestHex, digestOf } from '@cairn/receipt';
import { amendItems } from '../catalog/amend.ts';
import { versionExtension } from '../catalog/version-extension.ts';
import type { Database, Queryable } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';
import type { Receipts } from '../receipts/receipts.ts';
import { answersWithout } from './departure.ts';
import type { Outbox } from './outbox.ts';
import { receiptDigest } from './receipt-facts.ts';
import { type Revoked, revokedThing } from './revoked-thing.ts';
import { holdVersions, moveStage } from './stage-move.ts';
import { type VersionRow, versionId } from './version-row.ts';

/** What revoking needs. */
export interface RevocationParts {
  database: Database;
  receipts: Receipts;
  outbox: Outbox;
}

interface PredictionRef {
  id: string;
  receipt: Digest;
}

/**
 * Takes back a version, a dataset or a package that was found to be wrong, and everything that came of it: versions made from
 * it become revoked, predictions made with them are marked, in the database and in the catalogue. One transaction, told by one
 * signed receipt; nothing is deleted, and nothing of it comes back.
 */
export class Revocations {
  readonly #parts: RevocationParts;

  constructor(parts: RevocationParts) {
    this.#parts = parts;
  }

  /**
   * Revokes, or with `dryRun` tells what would be.
   * @throws CairnError `not-found`, `stage-transition-refused` for a version that is revoked already, `conflict` for another
   * thing whose every content is.
   */
  async revoke(asked: RevocationAsked, actor: Actor): Promise<RevocationResult> {
    const { database, outbox } = this.#parts;
    const result = await database.transaction(async (tx) => {
      const thing = await revokedThing(tx, asked);
      if (asked.dryRun === true) {
        const versions = await affectedVersions(tx, thing);
        const answers = await answersWithout(tx, versions);
        return toResult(thing, versions, await affectedPredictions(tx, versions), answers, null);
      }
      return this.#revoke(tx, thing, asked.reason, actor);
    });
    if (asked.dryRun !== true) outbox.kick();
    return result;
  }

  /** As `revoke`, for a version, in the transaction of a change of its stage. */
  async revokeVersion(tx: Queryable, row: VersionRow, reason: string, actor: Actor): Promise<void> {
    await this.#revoke(tx, await revokedThing(tx, { kind: 'version', id: versionId(row) }), reason, actor);
  }

  /** The revocations of things with these digests: of weights, datasets, packages, or of receipts of predictions. */
  async about(digests: readonly Digest[]): Promise<Revocation[]> {
    const rows = await this.#parts.database.query<RevocationRow & { bundle: Bundle }>(
      `select r.*, receipt.bundle from cairn.revocation r join cairn.receipt on receipt.digest = r.receipt
       where r.digests && $1::text[]
          or r.seq in (select revocation from cairn.prediction where receipt = any($1::text[])
                       union select revocation from cairn.inference where receipt = any($1::text[]))
       order by r.seq`,
      [digests],
    );
    return rows.map((row) => ({
      kind: row.kind,
      name: row.name,
      digests: row.digests,
      reason: row.reason,
      by: row.actor,
      at: row.at.toISOString(),
      receipt: row.receipt,
      bundle: row.bundle,
    }));
  }

  async #revoke(tx: Queryable, thing: Revoked, reason: string, actor: Actor): Promise<RevocationResult> {
    // A version or prediction that is being written waits, and is then refused or found here.
    await tx.query("select pg_advisory_xact_lock(hashtext('cairn.revocation'))");
    const versions = await affectedVersions(tx, thing);
    for (const model of new Set(versions.map((row) => row.model))) await holdVersions(tx, model);
    const predictions = await affectedPredictions(tx, versions);
    const answers = await answersWithout(tx, versions);
    const at = new Date();
    const receipt = await this.#issue(tx, thing, versions, predictions, { reason, actor, at });
    const [kept] = await tx.query<{ seq: number }>(
      `insert into cairn.revocation (kind, name, digests, reason, actor, receipt, at)
       values ($1, $2, $3, $4, $5, $6, $7) returning seq`,
      [thing.kind, thing.name, thing.digests, reason, actor.id, receipt, at],
    );
    for (const row of versions) await moveStage(tx, row, { to: 'revoked', reason, receipt, at }, actor);
    await markInferences(tx, versions, kept!.seq);
    await mark(tx, predictions, kept!.seq, { reason, at, receipt }, actor);
    if (thing.kind !== 'version') {
      await recordEvent(tx, actor, {
        kind: `${thing.kind}.revoked`,
        subject: thing.subject,
        data: { digests: thing.digests, reason, receipt, versions: versions.map(versionId) },
      });
    }
    return toResult(thing, versions, predictions, answers, receipt);
  }

  async #issue(
    tx: Queryable,
    thing: Revoked,
    versions: readonly VersionRow[],
    predictions: readonly PredictionRef[],
    told: { reason: string; actor: Actor; at: Date },
  ): Promise<Digest> {
    const receipts = predictions.map(({ receipt }) => receipt).sort();
    const { digest } = await this.#parts.receipts.issue(tx, {
      kind: 'revocation',
      subject: thing.subject,
      facts: {
        revocation: {
          value: {
            kind: thing.kind,
            name: thing.name,
            by: told.actor.id,
            reason: told.reason,
            at: told.at.toISOString(),
          },
          known: 'witnessed',
        },
        revokedDigests: { value: thing.digests.map(receiptDigest), known: 'witnessed' },
        affected: {
          value: {
            versions: versions.map(versionId),
            predictions: receipts.length,
            manifest: digestOf(receipts.map((receipt) => `${receipt}\n`).join('')),
          },
          known: 'witnessed',
          source: 'manifest: SHA-256 over the sorted digests of the predictions’ receipts, one a line',
        },
      },
      subjects: thing.digests.map((one) => ({ name: thing.name, digest: { sha256: digestHex(one) } })),
      upstream: thing.receipts,
    });
    return digest;
  }
}

interface RevocationRow {
  kind: Revocation['kind'];
  name: string;
  digests: Digest[];
  reason: string;
  actor: string;
  receipt: Digest;
  at: Date;
}

/**
 * Stops what would be written on grounds that were revoked meanwhile; holds off revocations until the transaction ends.
 * @throws CairnError `revoked`.
 */
export async function demandUnrevoked(tx: Queryable, digests: readonly Digest[], where: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock_shared(hashtext('cairn.revocation'))");
  const [row] = await tx.query<RevocationRow>(
    'select * from cairn.revocation where digests && $1::text[] order by seq limit 1',
    [digests],
  );
  if (row === undefined) return;
  throw new CairnError('revoked', `The ${row.kind} ${row.name} was revoked by ${row.actor}: ${row.reason}`, {
    where,
    action: `Go on without it: nothing that was made from a revoked ${row.kind} can be used.`,
  });
}

async function affectedVersions(tx: Queryable, thing: Revoked): Promise<VersionRow[]> {
  const column = { version: 'weights_digest', dataset: 'dataset_digest', package: 'package_digest' }[thing.kind];
  return tx.query<VersionRow>(
    `select * from cairn.version where ${column} = any($1::text[]) and ($2::text is null or model = $2)
     and stage <> 'revoked' order by model, version`,
    [thing.digests, thing.model],
  );
}

async function affectedPredictions(tx: Queryable, versions: readonly VersionRow[]): Promise<PredictionRef[]> {
  return tx.query<PredictionRef>(
    `select id, receipt from cairn.prediction
     where revocation is null and model || '/' || version = any($1::text[]) order by at, id`,
    [versions.map(versionId)],
  );
}

/** Answers of the OIP v2 door may be many: they fall to a revocation by their version, and are not told one by one. */
async function markInferences(tx: Queryable, versions: readonly VersionRow[], revocation: number): Promise<void> {
  await tx.query(
    `update cairn.inference set revocation = $2
     where revocation is null and model || '/' || version = any($1::text[])`,
    [versions.map(versionId), revocation],
  );
}

async function mark(
  tx: Queryable,
  predictions: readonly PredictionRef[],
  revocation: number,
  { reason, at, receipt }: { reason: string; at: Date; receipt: Digest },
  actor: Actor,
): Promise<void> {
  const ids = predictions.map(({ id }) => id);
  await tx.query('update cairn.prediction set revocation = $2 where id = any($1::text[])', [ids, revocation]);
  await amendItems(tx, 'predictions', ids, {
    properties: {
      deprecated: true,
      'cairn:revoked': { reason, at: at.toISOString(), receipt },
    },
    extension: versionExtension,
  });
  await tx.query(
    `insert into cairn.event (actor, kind, subject, data)
     select $2, 'prediction.revoked', 'prediction:' || id, $3::jsonb from unnest($1::text[]) as id`,
    [ids, actor.id, { reason, receipt }],
  );
}

function toResult(
  thing: Revoked,
  versions: readonly VersionRow[],
  predictions: readonly PredictionRef[],
  answers: Answers[],
  receipt: Digest | null,
): RevocationResult {
  return {
    kind: thing.kind,
    name: thing.name,
    digests: [...thing.digests],
    versions: versions.map(versionId),
    predictions: predictions.map(({ id }) => id),
    answers,
    receipt,
  };
}
