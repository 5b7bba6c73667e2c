import { CairnError, type ModelInfo, type RevisionInfo } from '@cairn/contracts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Database } from '../db/database.ts';
import { listRevisions, type RevisionRow } from './package/revision.ts';

/** The models that are registered, each with the revisions of its package. */
export class Models {
  readonly #database: Database;
  readonly #catalog: Catalog;

  constructor(options: { database: Database; catalog: Catalog }) {
    this.#database = options.database;
    this.#catalog = options.catalog;
  }

  /** Every model, by name. */
  async list(): Promise<ModelInfo[]> {
    const rows = await this.#database.query<{ model: string }>(
      'select distinct model from cairn.revision order by model',
    );
    return Promise.all(rows.map(({ model }) => this.get(model)));
  }

  /** One model. @throws CairnError `not-found`. */
  async get(model: string): Promise<ModelInfo> {
    const revisions = await listRevisions(this.#database, model);
    if (revisions.length === 0) {
      throw new CairnError('not-found', `There is no model ${model}.`, {
        where: model,
        action: 'Look at "cairn model list" for those there are, or register it.',
      });
    }
    const [counted] = await this.#database.query<{ versions: number }>(
      'select count(*)::int as versions from cairn.version where model = $1',
      [model],
    );
    const { title, license } = (await this.#catalog.get('models', model))['properties'] as Record<string, string>;
    return {
      id: model,
      title: title ?? model,
      licence: license ?? '',
      versions: counted?.versions ?? 0,
      revisions: revisions.map(toRevisionInfo),
    };
  }
}

function toRevisionInfo(row: RevisionRow): RevisionInfo {
  const { number, commit, image, archive, receipt } = row;
  return {
    number,
    packageDigest: row.package_digest,
    commit,
    environmentDigest: row.environment_digest,
    image,
    archive,
    files: row.files.length,
    tried: row.trial !== null,
    receipt,
    at: new Date(row.at).toISOString(),
  };
}
