import { CairnError, type Stage, type StageChange, type VersionInfo } from '@cairn/contracts';
import type { Database, Queryable } from '../db/database.ts';
import { type Actor, roles } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';
import type { Receipts } from '../receipts/receipts.ts';
import type { ObjectStore } from '../storage/objects.ts';
import type { Outbox } from './outbox.ts';
import { mirrorLater } from './outbox-row.ts';
import { receiptDigest, versionSubjects } from './receipt-facts.ts';
import { checkTransition, defaultAfter } from './stages.ts';
import { toVersionInfo, type VersionRow, versionId, versionSubject } from './version-row.ts';
import type { Versions } from './versions.ts';

/** What approving needs. */
export interface ApprovalParts {
  database: Database;
  versions: Versions;
  receipts: Receipts;
  objects: ObjectStore;
  outbox: Outbox;
}

/**
 * Brings versions from stage to stage. A change is one transaction: the row, the aliases, the line of the version's
 * history, the event, the approval's receipt, and the note to MLflow; so a killed MLflow holds up nobody, and a killed
 * gateway leaves the version as it was.
 */
export class Approvals {
  readonly #parts: ApprovalParts;

  constructor(parts: ApprovalParts) {
    this.#parts = parts;
  }

  /**
   * Brings a version to another stage. Into production it goes by an approval: by somebody else than its author, or, on an
   * installation with a single account, by its owner with `approveOwn`, which the receipt tells. `makeDefault` lets the
   * alias `production` name it; that can be asked of a version in production too.
   * @throws CairnError `not-found`, `stage-transition-refused`, `approval-second-person`, `weights-digest-mismatch` where
   * the stored weights are no longer those that were registered.
   */
  async changeStage(model: string, version: number, change: StageChange, actor: Actor): Promise<VersionInfo> {
    const { database, versions, objects, outbox } = this.#parts;
    const before = await versions.get(model, version);
    if (change.to === 'production' && !(await objects.verify(before.weights_digest))) throw changedWeights(before);
    const after = await database.transaction(async (tx) => {
      // All versions of the model are held: two approvals at once must not both take the default.
      await tx.query('select 1 from cairn.version where model = $1 order by version for update', [model]);
      const row = await versions.get(model, version, tx);
      if (change.makeDefault === true && change.to !== 'production') throw noDefault(row, change.to);
      if (row.stage === 'production' && change.makeDefault === true) await this.#chooseDefault(tx, row, change, actor);
      else await this.#move(tx, row, change, actor);
      return versions.get(model, version, tx);
    });
    outbox.kick();
    return toVersionInfo(after);
  }

  async #move(tx: Queryable, row: VersionRow, change: StageChange, actor: Actor): Promise<void> {
    checkTransition(versionId(row), row.stage, change.to);
    const approvedOwn = change.to === 'production' && row.author === actor.id;
    if (approvedOwn) await checkOwn(tx, row, change, actor);
    const at = new Date();
    const receipt = change.to === 'production' ? await this.#issue(tx, row, change, actor, at, approvedOwn) : null;
    await tx.query('update cairn.version set stage = $3 where model = $1 and version = $2', [
      row.model,
      row.version,
      change.to,
    ]);
    await tx.query(
      `insert into cairn.stage_change (model, version, from_stage, to_stage, actor, reason, approved_own, receipt, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [row.model, row.version, row.stage, change.to, actor.id, change.reason, approvedOwn, receipt, at],
    );
    await recordEvent(tx, actor, {
      kind: past[change.to],
      subject: versionSubject(row),
      data: { from: row.stage, to: change.to, reason: change.reason, approvedOwn, receipt },
    });
    await mirrorLater(tx, row);
    await this.#placeDefault(tx, row.model, actor, change.makeDefault === true ? row.version : undefined);
  }

  async #chooseDefault(tx: Queryable, row: VersionRow, change: StageChange, actor: Actor): Promise<void> {
    if (row.aliases.includes('production')) checkTransition(versionId(row), row.stage, change.to);
    await this.#placeDefault(tx, row.model, actor, row.version);
  }

  async #issue(
    tx: Queryable,
    row: VersionRow,
    change: StageChange,
    actor: Actor,
    at: Date,
    selfApproved: boolean,
  ): Promise<string> {
    const approver = { name: actor.id, reason: change.reason, at: at.toISOString(), selfApproved };
    const { digest } = await this.#parts.receipts.issue(tx, {
      kind: 'approval',
      subject: versionSubject(row),
      facts: {
        model: { value: row.model, known: 'witnessed' },
        version: { value: versionId(row), known: 'witnessed' },
        weightsDigest: { value: receiptDigest(row.weights_digest), known: 'witnessed' },
        packageDigest: { value: receiptDigest(row.package_digest), known: 'witnessed' },
        approver: { value: approver, known: 'witnessed' },
      },
      subjects: versionSubjects(row),
      upstream: [row.receipt],
    });
    return digest;
  }

  /** Lets the alias `production` name the version that it has to name now, and nothing else. */
  async #placeDefault(tx: Queryable, model: string, actor: Actor, chosen: number | undefined): Promise<void> {
    const holders = await tx.query<{ version: number }>(
      "select version from cairn.version where model = $1 and 'production' = any(aliases)",
      [model],
    );
    const inProduction = await tx.query<{ version: number; approvedSeq: number }>(
      `select v.version, max(c.seq) as "approvedSeq" from cairn.version v
       join cairn.stage_change c on c.model = v.model and c.version = v.version and c.to_stage = 'production'
       where v.model = $1 and v.stage = 'production' group by v.version`,
      [model],
    );
    const current = holders[0]?.version ?? null;
    const next = defaultAfter(current, inProduction, chosen);
    if (next === current) return;
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
}

const past = {
  candidate: 'version.proposed',
  staging: 'version.staged',
  production: 'version.approved',
  archived: 'version.archived',
  revoked: 'version.revoked',
} as const satisfies Record<Stage, string>;

/**
 * The author alone may approve only where there is nobody else: one account in all that is not disabled, holding every
 * role, that says so explicitly.
 */
async function checkOwn(tx: Queryable, row: VersionRow, change: StageChange, actor: Actor): Promise<void> {
  const [accounts] = await tx.query<{ count: number }>(
    'select count(*)::int as count from cairn.account where not disabled',
  );
  const single = accounts?.count === 1 && roles.every((role) => actor.roles.includes(role));
  if (single && change.approveOwn === true) return;
  throw new CairnError('approval-second-person', `Version ${versionId(row)} was made by ${row.author}.`, {
    where: versionId(row),
    action: single
      ? 'Ask somebody else to approve it; or, as the single owner of this installation, approve your own explicitly (approveOwn): the receipt will say so.'
      : 'Ask somebody else who may approve.',
  });
}

function changedWeights(row: VersionRow): CairnError {
  return new CairnError(
    'weights-digest-mismatch',
    `The stored weights of version ${versionId(row)} are no longer those with the digest ${row.weights_digest}.`,
    {
      where: versionId(row),
      action:
        'The object store was changed or damaged: register the package again, or restore the store from a backup.',
    },
  );
}

function noDefault(row: VersionRow, to: Stage): CairnError {
  return new CairnError('stage-transition-refused', `Version ${versionId(row)} cannot be ${to} and the default.`, {
    where: versionId(row),
    action: 'Only a version in production can be the default (makeDefault).',
  });
}
