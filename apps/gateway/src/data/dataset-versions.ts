import { CairnError, type Digest, type DatasetVersion, type FileSet } from '@cairn/contracts';
import { digestFromHex, type FileDigest, filesetText } from '@cairn/receipt';
import type { Database, Queryable } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { receiptDigest } from '../registry/receipt-facts.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { type DatasetItem, datasetSubject } from './dataset-item.ts';

/** A version as it is kept. */
export interface VersionRow {
  dataset: string;
  version: number;
  digest: Digest;
  dvc_md5: string;
  commit: string;
  receipt: Digest;
  actor: string;
  item: DatasetItem;
  at: Date;
}

/** The versions of every dataset. The newest is also the dataset's item in the catalogue. */
export class DatasetVersions {
  readonly #database: Database;
  readonly #objects: ObjectStore;

  constructor(options: { database: Database; objects: ObjectStore }) {
    this.#database = options.database;
    this.#objects = options.objects;
  }

  /** The newest version, or null. Whoever asks in a transaction is the only one to write the next. */
  async newest(tx: Queryable, dataset: string): Promise<VersionRow | null> {
    await tx.query('select pg_advisory_xact_lock(hashtext($1))', [datasetSubject(dataset)]);
    const [row] = await tx.query<VersionRow>(
      'select * from cairn.dataset_version where dataset = $1 order by version desc limit 1',
      [dataset],
    );
    return row ?? null;
  }

  /** The version, of whatever dataset, that has a content; the newest of several. Null where none has it. */
  async withDigest(digest: Digest): Promise<VersionRow | null> {
    const [row] = await this.#database.query<VersionRow>(
      'select * from cairn.dataset_version where digest = $1 order by at desc, version desc limit 1',
      [digest],
    );
    return row ?? null;
  }

  /** Writes a version, whose number is in its item. */
  async record(tx: Queryable, item: DatasetItem, commit: string, actor: Pick<Actor, 'id'>): Promise<void> {
    const { id, properties } = item;
    await tx.query(
      `insert into cairn.dataset_version (dataset, version, digest, dvc_md5, commit, receipt, actor, item)
       values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)`,
      [
        id,
        properties['cairn:version'],
        properties['cairn:digest'],
        properties['cairn:dvc_md5'],
        commit,
        properties['cairn:receipt'],
        actor.id,
        item,
      ],
    );
  }

  /** Every version, the newest first. @throws CairnError `not-found` where there is no such dataset. */
  async list(dataset: string): Promise<DatasetVersion[]> {
    const rows = await this.#database.query<VersionRow>(
      'select * from cairn.dataset_version where dataset = $1 order by version desc',
      [dataset],
    );
    if (rows.length === 0) throw missing(dataset);
    return rows.map(toDatasetVersion);
  }

  /** One version; left out: the newest. @throws CairnError `not-found`. */
  async get(dataset: string, version?: number): Promise<VersionRow> {
    const [row] = await this.#database.query<VersionRow>(
      `select * from cairn.dataset_version where dataset = $1 and ($2::integer is null or version = $2)
       order by version desc limit 1`,
      [dataset, version ?? null],
    );
    if (row === undefined) throw missing(dataset, version);
    return row;
  }

  /** Keeps the list of a version's files: the text whose digest is the dataset's, so that it is found by that. */
  async keepFiles(files: FileSet): Promise<void> {
    const text = filesetText(files.map(({ path, digest }) => ({ path, digest: receiptDigest(digest) })));
    await this.#objects.put(new TextEncoder().encode(text));
  }

  /** The files of a version. @throws CairnError `not-found`. */
  async files({ digest }: VersionRow): Promise<FileDigest[]> {
    const text = new TextDecoder().decode(await this.#objects.readAll(digest));
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const [path, hex] = line.split('\t') as [string, string];
        return { path, digest: digestFromHex(hex) };
      });
  }
}

function toDatasetVersion(row: VersionRow): DatasetVersion {
  const { dataset, version, digest, dvc_md5: dvcMd5, commit, receipt, actor, item, at } = row;
  const { title, 'cairn:chips': chips, 'cairn:buildings': buildings } = item.properties;
  return { dataset, version, digest, dvcMd5, commit, chips, buildings, title, receipt, actor, at: at.toISOString() };
}

function missing(dataset: string, version?: number): CairnError {
  const what = version === undefined ? `dataset ${dataset}` : `version ${version} of the dataset ${dataset}`;
  return new CairnError('not-found', `There is no ${what}.`, {
    where: dataset,
    action: version === undefined ? 'Look at "cairn dataset list".' : `Look at "cairn dataset versions ${dataset}".`,
  });
}
