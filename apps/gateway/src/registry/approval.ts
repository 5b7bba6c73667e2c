import {
  type ApprovalRule,
  CairnError,
  type Evidence,
  type RollBack,
  type Stage,
  type StageChange,
  type VersionInfo,
} from '@cairn/contracts';
import type { Database, Queryable } from '../db/database.ts';
import { type Actor, roles } from '../identity/actor.ts';
import { allows } from '../identity/policy.ts';
import type { Receipts } from '../receipts/receipts.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { earlierVersion } from './departure.ts';
import { evidenceOf, licenceConflicts } from './evidence.ts';
import type { Outbox } from './outbox.ts';
import { receiptDigest, versionSubjects } from './receipt-facts.ts';
import { Revocations } from './revocation.ts';
import { holdVersions, moveStage, placeDefault } from './stage-move.ts';
import { checkTransition } from './stages.ts';
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
  readonly #revocations: Revocations;

  constructor(parts: ApprovalParts) {
    this.#parts = parts;
    this.#revocations = new Revocations(parts);
  }

  /**
   * Brings a version to another stage. Into production it goes by an approval: by somebody else than its author, or, on an
   * installation with a single account, by its owner with `approveOwn`, which the receipt tells. `makeDefault` lets the
   * alias `production` name it; that can be asked of a version in production too.
   * @throws CairnError `not-found`, `stage-transition-refused`, `approval-second-person`, `licence-conflict`, `conflict` where
   * the evidence is no longer what was shown, `weights-digest-mismatch` where the stored weights are no longer the registered
   * ones.
   */
  async changeStage(model: string, version: number, change: StageChange, actor: Actor): Promise<VersionInfo> {
    const { database, versions, objects, outbox } = this.#parts;
    const before = await versions.get(model, version);
    if (change.to === 'production' && !(await objects.verify(before.weights_digest))) throw changedWeights(before);
    const after = await database.transaction(async (tx) => {
      await holdVersions(tx, model);
      const row = await versions.get(model, version, tx);
      if (change.makeDefault === true && change.to !== 'production') throw noDefault(row, change.to);
      if (row.stage === 'production' && change.makeDefault === true) await this.#chooseDefault(tx, row, change, actor);
      else if (change.to === 'revoked') await this.#revocations.revokeVersion(tx, row, change.reason, actor);
      else await this.#move(tx, row, change, actor);
      return versions.get(model, version, tx);
    });
    outbox.kick();
    return toVersionInfo(after);
  }

  /**
   * Goes back to an earlier version: the default is archived, and the version that was approved last before it (or the one
   * asked for) becomes the default. An archived one comes back by a new approval, on the rules of every approval; one that
   * is in production still stands on its own.
   * @throws CairnError as `changeStage`, and `version-not-in-production` where there is nothing to go back from.
   */
  async rollBack(model: string, { to, reason, approveOwn = false, use }: RollBack, actor: Actor): Promise<VersionInfo> {
    const { database, versions, objects, outbox } = this.#parts;
    const after = await database.transaction(async (tx) => {
      await holdVersions(tx, model);
      const bad = await versions.production(model, tx);
      const good = to === undefined ? await earlierVersion(tx, bad) : await versions.get(model, to, tx);
      if (good === null) throw noEarlier(model);
      if (!(await objects.verify(good.weights_digest))) throw changedWeights(good);
      if (good.version === bad.version) checkTransition(versionId(good), good.stage, 'production');
      if (good.stage === 'production') await placeDefault(tx, model, actor, good.version);
      else {
        const change = { to: 'production', reason, approveOwn, makeDefault: true } as const;
        await this.#move(tx, good, { ...change, ...(use === undefined ? {} : { use }) }, actor);
      }
      await moveStage(tx, bad, { to: 'archived', reason }, actor);
      return versions.get(model, good.version, tx);
    });
    outbox.kick();
    return toVersionInfo(after);
  }

  async #move(tx: Queryable, row: VersionRow, change: StageChange, actor: Actor): Promise<void> {
    const { to, reason, makeDefault = false } = change;
    checkTransition(versionId(row), row.stage, to);
    const approvedOwn = to === 'production' && row.author === actor.id;
    if (approvedOwn) await checkOwn(tx, row, change, actor);
    const at = new Date();
    const receipt =
      to === 'production' ? { receipt: await this.#approve(tx, row, change, actor, at, approvedOwn) } : {};
    await moveStage(tx, row, { to, reason, approvedOwn, at, makeDefault, ...receipt }, actor);
  }

  async #chooseDefault(tx: Queryable, row: VersionRow, change: StageChange, actor: Actor): Promise<void> {
    if (row.aliases.includes('production')) checkTransition(versionId(row), row.stage, change.to);
    await placeDefault(tx, row.model, actor, row.version);
  }

  async #approve(
    tx: Queryable,
    row: VersionRow,
    change: StageChange,
    actor: Actor,
    at: Date,
    selfApproved: boolean,
  ): Promise<string> {
    const evidence = await evidenceOf(tx, row, change.use);
    demandFit(evidence, change.evidence);
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
        use: { value: evidence.use, known: 'witnessed', source: 'as declared by the approver or the model' },
        evidence: { value: receiptDigest(evidence.digest), known: 'witnessed' },
      },
      subjects: versionSubjects(row),
      upstream: [row.receipt],
    });
    return digest;
  }
}

/**
 * Whether somebody may approve a version, by who made it. The author alone may only where there is nobody else: one account in
 * all that is not disabled, holding every role, which has to say so explicitly.
 */
export async function approvalRule(tx: Queryable, row: VersionRow, actor: Actor): Promise<ApprovalRule> {
  if (!allows('versions.approve', actor)) return 'not-approver';
  if (row.author !== actor.id) return 'other';
  const [accounts] = await tx.query<{ count: number }>(
    'select count(*)::int as count from cairn.account where not disabled',
  );
  const single = accounts?.count === 1 && roles.every((role) => actor.roles.includes(role));
  return single ? 'own' : 'second-person';
}

async function checkOwn(tx: Queryable, row: VersionRow, change: StageChange, actor: Actor): Promise<void> {
  const single = (await approvalRule(tx, row, actor)) === 'own';
  if (single && change.approveOwn === true) return;
  throw new CairnError('approval-second-person', `Version ${versionId(row)} was made by ${row.author}.`, {
    where: versionId(row),
    action: single
      ? 'Ask somebody else to approve it; or, as the single owner of this installation, approve your own explicitly (approveOwn; cairn approve --own): the receipt will say so.'
      : 'Ask somebody else who may approve.',
  });
}

/** Stops an approval on evidence that is not what was shown, or against a licence. */
function demandFit(evidence: Evidence, shown: string | undefined): void {
  if (shown !== undefined && shown !== evidence.digest) {
    throw new CairnError('conflict', `The evidence of ${evidence.version} has changed since it was shown.`, {
      where: '/evidence',
      action: 'Look at it again: another version went into or out of production, or the declared use differs.',
    });
  }
  const conflicts = licenceConflicts(evidence);
  if (conflicts.length === 0) return;
  throw new CairnError(
    'licence-conflict',
    `${evidence.version} cannot be approved for the use "${evidence.use}": ${conflicts.join('; ')}.`,
    {
      where: evidence.version,
      action: 'Approve it for a use that the licences allow (use: relief, open or own), or train on other data.',
    },
  );
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

function noEarlier(model: string): CairnError {
  return new CairnError('stage-transition-refused', `No other version of ${model} has been in production.`, {
    where: model,
    action: 'Approve one, or archive the one in production; then nothing answers predictions.',
  });
}

function noDefault(row: VersionRow, to: Stage): CairnError {
  return new CairnError('stage-transition-refused', `Version ${versionId(row)} cannot be ${to} and the default.`, {
    where: versionId(row),
    action: 'Only a version in production can be the default (makeDefault).',
  });
}
