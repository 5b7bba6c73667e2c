import { CairnError, type Digest, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { digestHex, filesetDigest } from '@cairn/receipt';
import type { Catalog } from '../catalog/catalog.ts';
import type { Database, Queryable } from '../db/database.ts';
import { recordEvent } from '../identity/events.ts';
import type { JobContext, Process } from '../jobs/process.ts';
import { softwareVersion } from '../platform/status.ts';
import type { Receipts } from '../receipts/receipts.ts';
import { receiptDigest } from '../registry/receipt-facts.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { checkPaths } from '../storage/paths.ts';
import type { DatasetFacts } from './dataset.ts';
import { type Dataset, datasetItem, datasetSubject } from './dataset-item.ts';
import type { Datasets } from './datasets.ts';
import type { DatasetThread } from './reader-thread.ts';
import type { DataRepository } from './repository.ts';

type Inputs = ProcessInput<'add-dataset'>;
type Result = ProcessResult<'add-dataset'>;

/** What the process works with. */
export interface AddDatasetParts {
  database: Database;
  catalog: Pick<Catalog, 'upsert'>;
  datasets: Datasets;
  objects: ObjectStore;
  repository: DataRepository;
  receipts: Receipts;
  reader: DatasetThread;
}

/**
 * The process `add-dataset`: chips and labels are checked, pinned by DVC and told to the catalogue. Item, receipt and event
 * are written in one transaction at the end; until then nothing but bytes is kept. The same content again changes nothing;
 * other content under the same id is the dataset's next revision, and the earlier ones stay in the data repository.
 */
export class AddDataset implements Process<'add-dataset'> {
  readonly id = 'add-dataset';
  readonly #parts: AddDatasetParts;

  constructor(parts: AddDatasetParts) {
    this.#parts = parts;
  }

  /**
   * @throws CairnError `dataset-invalid`, `input-invalid` for a path that leaves the folder, `not-found` for bytes that were
   * not uploaded, `data-versioning-failed`, `tools-missing`, `disk-full`.
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    const { database, datasets, objects, repository } = this.#parts;
    checkPaths(inputs.files);
    const digest = filesetDigest(inputs.files.map((file) => ({ path: file.path, digest: receiptDigest(file.digest) })));
    const held = await datasets.find(inputs.id);
    if (held !== null && isSame(held, inputs, digest)) return resultOf(held, false);
    context.step('Check chips and labels');
    context.progress(5, `Checking ${inputs.files.length} files`);
    const facts = await this.#read(inputs);
    context.signal.throwIfAborted();
    context.step('Pin the dataset with DVC');
    context.progress(40, 'Pinning the dataset with DVC');
    const dvcMd5 = await repository.add(inputs.id, (folder) => objects.materialise(inputs.files, folder), context);
    context.signal.throwIfAborted();
    context.step('Write it to the catalogue');
    context.progress(95, 'Writing the dataset to the catalogue');
    const { id, title, licence, attribution = '' } = inputs;
    const known = { id, title, licence, attribution, ...facts, digest, dvcMd5 };
    return database.transaction(async (tx) => {
      const receipt = await this.#issue(tx, known);
      const dataset: Dataset = { ...known, receipt };
      await this.#parts.catalog.upsert(tx, datasetItem(dataset, new Date().toISOString()));
      await recordEvent(tx, context.actor, {
        kind: held === null ? 'dataset.added' : 'dataset.revised',
        subject: datasetSubject(id),
        data: { digest, dvcMd5, receipt },
      });
      return resultOf(dataset, true);
    });
  }

  async #read({ files }: Inputs): Promise<DatasetFacts> {
    const { objects, reader } = this.#parts;
    for (const { path, digest } of files) {
      if (await objects.has(digest)) continue;
      throw new CairnError('not-found', `The bytes of ${path} (${digest}) have not been uploaded.`, {
        where: path,
        action: 'Upload the file first.',
      });
    }
    const entries = files.map(({ path, digest }) => ({ path, file: objects.path(digest) }));
    return reader.call('read', entries);
  }

  async #issue(tx: Queryable, dataset: Omit<Dataset, 'receipt'>): Promise<Digest> {
    const { id, title, licence, attribution, dvcMd5 } = dataset;
    const digest = receiptDigest(dataset.digest);
    const { digest: receipt } = await this.#parts.receipts.issue(tx, {
      kind: 'dataset',
      subject: datasetSubject(id),
      facts: {
        dataset: { value: id, known: 'witnessed' },
        datasetDigest: { value: { digest, dvcMd5 }, known: 'witnessed' },
        licences: { value: [{ title, licence, attribution }], known: 'witnessed', source: 'as told by who added it' },
        softwareVersion: { value: softwareVersion, known: 'witnessed' },
      },
      subjects: [{ name: id, digest: { sha256: digestHex(digest) } }],
      upstream: [],
    });
    return receipt;
  }
}

function isSame(held: Dataset, { title, licence, attribution = '' }: Inputs, digest: Digest): boolean {
  const told = held.title === title && held.licence === licence && held.attribution === attribution;
  return held.digest === digest && told;
}

function resultOf({ id, digest, dvcMd5, chips, buildings, receipt }: Dataset, changed: boolean): Result {
  return { dataset: id, digest, dvcMd5, chips, buildings, receipt, changed };
}
