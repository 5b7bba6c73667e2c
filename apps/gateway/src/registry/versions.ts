import { type ApprovalInfo, CairnError, type Digest } from '@cairn/contracts';
import type { Database, Queryable } from '../db/database.ts';
import { isUniqueViolation } from '../db/database-error.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';
import { mirrorLater } from './outbox-row.ts';
import { demandUnrevoked } from './revocation.ts';
import { mirrorInCatalogue } from './version-links.ts';
import { type NewVersion, proposedColumns, type VersionRow, versionId, versionSubject } from './version-row.ts';

/** Who let a version into production, as its newest approval tells. */
export interface Approval {
  /** Digest of the approval's receipt. */
  receipt: Digest;
  actor: string;
  reason: string;
  approved_own: boolean;
  at: Date;
}

/** A version in production with its newest approval. */
export type ProductionVersion = VersionRow & { approval: Approval };

/** The versions of models: kept in the database, so that answering a prediction needs no MLflow. */
export class Versions {
  readonly #database: Database;

  constructor(options: { database: Database }) {
    this.#database = options.database;
  }

  /**
   * Every version of a model, the newest first; none where the model has none.
   * @throws CairnError `not-found` where there is no such model.
   */
  async list(model: string): Promise<VersionRow[]> {
    const rows = await this.ofModel(model);
    if (rows.length === 0 && !(await this.#isModel(model))) throw noModel(model);
    return rows;
  }

  /** Every version of a model, the newest first; none, too, where there is no such model. */
  async ofModel(model: string, queryable: Queryable = this.#database): Promise<VersionRow[]> {
    return queryable.query<VersionRow>('select * from cairn.version where model = $1 order by version desc', [model]);
  }

  /** One version. @throws CairnError `not-found`. */
  async get(model: string, version: number, queryable: Queryable = this.#database): Promise<VersionRow> {
    const [row] = await queryable.query<VersionRow>('select * from cairn.version where model = $1 and version = $2', [
      model,
      version,
    ]);
    if (row === undefined) throw noVersion(versionId({ model, version }));
    return row;
  }

  /** The version of a model that has these weights, or null: a repeated training may give the very same ones. */
  async byWeights(model: string, weights: Digest, queryable: Queryable = this.#database): Promise<VersionRow | null> {
    const [row] = await queryable.query<VersionRow>(
      'select * from cairn.version where model = $1 and weights_digest = $2',
      [model, weights],
    );
    return row ?? null;
  }

  /**
   * The version that may answer a prediction asked of `MODEL/NUMBER`, or of `MODEL`: then the one that the alias
   * `production` names.
   * @throws CairnError `not-found` where there is no such model or version, `version-not-in-production` where it may not.
   */
  async production(ref: string, queryable: Queryable = this.#database): Promise<ProductionVersion> {
    const [, model, number] = /^([^/]+)(?:\/([0-9]{1,9}))?$/.exec(ref) ?? [];
    if (model === undefined) throw noVersion(ref);
    const row =
      number === undefined ? await this.#default(model, queryable) : await this.get(model, Number(number), queryable);
    if (row.stage !== 'production') {
      throw new CairnError('version-not-in-production', `Version ${versionId(row)} is ${words[row.stage]}.`, {
        where: versionId(row),
        action: 'Ask an approver to bring it into production, or name a version that is.',
      });
    }
    const [approval] = await queryable.query<Approval>(
      `select receipt, actor, reason, approved_own, at from cairn.stage_change
       where model = $1 and version = $2 and to_stage = 'production' and receipt is not null
       order by seq desc limit 1`,
      [row.model, row.version],
    );
    if (approval === undefined) throw new Error(`Version ${versionId(row)} is in production without an approval.`);
    return { ...row, approval };
  }

  /** The versions that may serve, as `MODEL/NUMBER`: all but those that are archived or revoked. */
  async mayServe(): Promise<ReadonlySet<string>> {
    const rows = await this.#database.query<{ model: string; version: number }>(
      "select model, version from cairn.version where stage not in ('archived', 'revoked')",
    );
    return new Set(rows.map(versionId));
  }

  /** The newest approval of every version that is in production, the newest first. */
  async approvals(): Promise<ApprovalInfo[]> {
    const rows = await this.#database.query<Approval & Pick<VersionRow, 'model' | 'version'>>(
      `select * from (
         select distinct on (c.model, c.version) c.seq, c.model, c.version, c.receipt, c.actor, c.reason, c.approved_own, c.at
         from cairn.stage_change c join cairn.version v using (model, version)
         where v.stage = 'production' and c.to_stage = 'production' and c.receipt is not null
         order by c.model, c.version, c.seq desc
       ) as newest order by seq desc`,
    );
    return rows.map(({ receipt, actor, reason, approved_own: approvedOwn, at, ...row }) => ({
      version: versionId(row),
      actor,
      reason,
      approvedOwn,
      at: new Date(at).toISOString(),
      receipt,
    }));
  }

  /**
   * Registers a version as a candidate: row, first stage, event, and what MLflow has to be told, in the caller's
   * transaction. Its item, where it has one, is written before.
   * @throws CairnError `conflict` where the number is taken or the model has these weights already, `revoked` where it is made
   * from a dataset or package that was revoked.
   */
  async propose(tx: Queryable, version: NewVersion, actor: Pick<Actor, 'id'>): Promise<VersionRow> {
    const values = proposedColumns.map((column) => version[column]);
    const places = values.map((_, index) => `$${index + 3}`).join(', ');
    const grounds = [version.weights_digest, version.package_digest, version.dataset_digest];
    await demandUnrevoked(tx, grounds, versionId(version));
    let row: VersionRow | undefined;
    try {
      [row] = await tx.query<VersionRow>(
        `insert into cairn.version (stage, author, ${proposedColumns.join(', ')})
         values ($1, $2, ${places}) returning *`,
        ['candidate', actor.id, ...values],
      );
    } catch (error) {
      if (isUniqueViolation(error)) throw taken(version, error);
      throw error;
    }
    await tx.query(
      `insert into cairn.stage_change (model, version, from_stage, to_stage, actor, reason, receipt)
       values ($1, $2, null, 'candidate', $3, $4, $5)`,
      [version.model, version.version, actor.id, origin[version.known], version.receipt],
    );
    await recordEvent(tx, actor, {
      kind: 'version.proposed',
      subject: versionSubject(version),
      data: { weights: version.weights_digest, receipt: version.receipt, known: version.known },
    });
    await mirrorLater(tx, version);
    await mirrorInCatalogue(tx, version.model);
    return row!;
  }

  /** Notes what the newest reproduction of a version's run said. */
  async setReproduced(
    tx: Queryable,
    { model, version }: Pick<VersionRow, 'model' | 'version'>,
    reproduced: NonNullable<VersionRow['reproduced']>,
  ): Promise<void> {
    await tx.query('update cairn.version set reproduced = $3 where model = $1 and version = $2', [
      model,
      version,
      reproduced,
    ]);
  }

  async #default(model: string, queryable: Queryable): Promise<VersionRow> {
    const [row] = await queryable.query<VersionRow>(
      "select * from cairn.version where model = $1 and 'production' = any(aliases)",
      [model],
    );
    if (row !== undefined) return row;
    if (!(await this.#isModel(model, queryable))) throw noModel(model);
    throw new CairnError('version-not-in-production', `No version of ${model} is in production.`, {
      where: model,
      action: `Look at the versions of ${model}, and ask an approver to bring one into production.`,
    });
  }

  async #isModel(model: string, queryable: Queryable = this.#database): Promise<boolean> {
    const rows = await queryable.query('select 1 from cairn.revision where model = $1 limit 1', [model]);
    return rows.length > 0;
  }
}

const words = {
  candidate: 'a candidate that nobody has approved yet',
  staging: 'in staging, not in production',
  production: 'in production',
  archived: 'archived',
  revoked: 'revoked',
} as const satisfies Record<VersionRow['stage'], string>;

const origin = { witnessed: 'trained here', imported: 'shipped with the package' } as const;

function noModel(model: string): CairnError {
  return new CairnError('not-found', `There is no model ${model}.`, {
    where: model,
    action: 'Look at the collection "models" of the catalogue for those there are, or register it.',
  });
}

function noVersion(ref: string): CairnError {
  return new CairnError('not-found', `There is no version ${ref}.`, {
    where: ref,
    action: 'Name a version as MODEL/NUMBER, or MODEL for its default.',
  });
}

function taken(version: NewVersion, cause: unknown): CairnError {
  return new CairnError(
    'conflict',
    `Version ${versionId(version)} or its weights (${version.weights_digest}) are registered already.`,
    { where: versionId(version), action: `Look at the versions of ${version.model}; nothing was changed.`, cause },
  );
}
