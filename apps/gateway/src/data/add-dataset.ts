import {
  CairnError,
  type DatasetWarning,
  type Digest,
  type FileEntry,
  type FileSet,
  type ProcessInput,
  type ProcessResult,
} from '@cairn/contracts';
import { digestHex, filesetDigest } from '@cairn/receipt';
import { join } from 'node:path';
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
import { type Dataset, datasetItem, datasetOf, datasetSubject } from './dataset-item.ts';
import { DatasetVersions } from './dataset-versions.ts';
import type { Datasets } from './datasets.ts';
import { invalidDataset } from './fault.ts';
import { labelsFile } from './labels.ts';
import { osmFile } from './osm/read-osm.ts';
import type { DatasetThread } from './reader-thread.ts';
import type { DataOrigin, Origin } from './origin/data-origin.ts';
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
  dataOrigin: DataOrigin;
  /** Folder of work folders, one a job. */
  workFolder: string;
}

/**
 * The process `add-dataset`: chips and labels are checked, pinned by DVC and told to the catalogue. Item, receipt and event
 * are written in one transaction at the end; until then nothing but bytes is kept. The same content again changes nothing;
 * another content under the same id is the dataset's next version, and the earlier ones stay in the data repository.
 */
export class AddDataset implements Process<'add-dataset'> {
  readonly id = 'add-dataset';
  readonly #parts: AddDatasetParts;
  readonly #versions: DatasetVersions;

  constructor(parts: AddDatasetParts) {
    this.#parts = parts;
    this.#versions = new DatasetVersions(parts);
  }

  /**
   * @throws CairnError `dataset-invalid`, `input-invalid` for a path that leaves the folder, `not-found` for bytes that were
   * not uploaded, `data-versioning-failed`, `tools-missing`, `disk-full`.
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    const { database, datasets, objects, repository } = this.#parts;
    const source = await this.#source(inputs, context);
    context.step('Check chips and labels');
    const { files, labelsFrom, lost } = await this.#plain(source.files, context);
    const digest = filesetDigest(files.map((file) => ({ path: file.path, digest: receiptDigest(file.digest) })));
    const held = await datasets.find(inputs.id);
    if (held !== null && isSame(held, inputs, digest)) return resultOf(held, false);
    context.progress(5, `Checking ${files.length} files`);
    const facts = await this.#read(files);
    const warnings = [...lost, ...facts.warnings];
    for (const { words, where } of warnings) context.log(`warning: ${words}: ${where.join(', ')}`);
    context.signal.throwIfAborted();
    context.step('Pin the dataset with DVC');
    context.progress(40, 'Pinning the dataset with DVC');
    const { id, title, licence, attribution = '' } = inputs;
    const told = { title, licence, attribution };
    const place = (folder: string): Promise<void> => objects.materialise(files, folder);
    const { dvcMd5, commit } = await repository.add(id, place, context, { ...told, digest });
    await this.#versions.keepFiles(files);
    context.signal.throwIfAborted();
    context.step('Write it to the catalogue');
    context.progress(95, 'Writing the dataset to the catalogue');
    const from = {
      ...(labelsFrom === undefined ? {} : { labelsFrom }),
      ...(source.origin === undefined ? {} : { origin: source.origin }),
    };
    const known = { id, ...told, ...facts, warnings, digest, dvcMd5, ...from };
    return database.transaction(async (tx) => {
      const before = await this.#versions.newest(tx, id);
      // Another job, of another account, may have added the same meanwhile.
      if (before !== null && isSame(datasetOf(before.item), inputs, digest))
        return resultOf(datasetOf(before.item), false);
      const version = (before?.version ?? 0) + 1;
      const receipt = await this.#issue(tx, known);
      const dataset: Dataset = { ...known, receipt };
      const item = datasetItem(dataset, new Date().toISOString(), version);
      await this.#parts.catalog.upsert(tx, item);
      await this.#versions.record(tx, item, commit, context.actor);
      await recordEvent(tx, context.actor, {
        kind: before === null ? 'dataset.added' : 'dataset.revised',
        subject: datasetSubject(id),
        data: { digest, dvcMd5, receipt, version },
      });
      return resultOf(dataset, true);
    });
  }

  /** What is added: the files that were uploaded, or those of a DVC repository, which are fetched. */
  async #source({ files, dvc }: Inputs, context: JobContext): Promise<{ files: FileSet; origin?: Origin }> {
    if (files !== undefined && dvc === undefined) {
      checkPaths(files);
      await this.#expectUploads(files);
      return { files };
    }
    if (dvc === undefined || files !== undefined) {
      throw new CairnError('input-invalid', 'A dataset is added from files or from a DVC repository, one of the two.', {
        where: '/inputs',
        action: 'Give either "files" (uploaded before) or "dvc" (url, rev and path).',
      });
    }
    context.step('Fetch the data by dvc get');
    context.progress(1, 'Fetching the data from their repository');
    const fetched = await this.#parts.dataOrigin.fetch(dvc, join(this.#parts.workFolder, context.jobId), context);
    checkPaths(fetched.files);
    return fetched;
  }

  async #expectUploads(files: FileSet): Promise<void> {
    for (const { path, digest } of files) {
      if (await this.#parts.objects.has(digest)) continue;
      throw new CairnError('not-found', `The bytes of ${path} (${digest}) have not been uploaded.`, {
        where: path,
        action: 'Upload the file first.',
      });
    }
  }

  /**
   * The files as packages read them: labels that came as OSM XML are replaced by the GeoJSON they become. `lost` is what of
   * them could not be taken over.
   */
  async #plain(
    files: FileSet,
    context: JobContext,
  ): Promise<{ files: FileSet; labelsFrom?: FileEntry; lost: DatasetWarning[] }> {
    const osm = files.find(({ path }) => path === osmFile);
    if (osm === undefined) return { files, lost: [] };
    if (files.some(({ path }) => path === labelsFile)) {
      const action = `Leave one of the two out, ${labelsFile} or ${osmFile}.`;
      throw invalidDataset('The dataset has its labels twice, as GeoJSON and as OSM XML.', osmFile, action);
    }
    context.progress(2, `Converting ${osmFile} to GeoJSON`);
    const { objects, reader } = this.#parts;
    const { geojson, warnings: lost } = await reader.call('convert', objects.path(osm.digest));
    const { digest } = await objects.put(new TextEncoder().encode(geojson));
    const others = files.filter((file) => file !== osm);
    return { files: [...others, { path: labelsFile, digest }], labelsFrom: osm, lost };
  }

  async #read(files: FileSet): Promise<DatasetFacts> {
    const { objects, reader } = this.#parts;
    return reader.call(
      'read',
      files.map(({ path, digest }) => ({ path, digest, file: objects.path(digest) })),
    );
  }

  async #issue(tx: Queryable, dataset: Omit<Dataset, 'receipt'>): Promise<Digest> {
    const { id, title, licence, attribution, dvcMd5, labelsFrom, origin } = dataset;
    const digest = receiptDigest(dataset.digest);
    const { digest: receipt } = await this.#parts.receipts.issue(tx, {
      kind: 'dataset',
      subject: datasetSubject(id),
      facts: {
        dataset: { value: id, known: 'witnessed' },
        datasetDigest: {
          value: { digest, dvcMd5 },
          known: 'witnessed',
          ...sourceOf({ labelsFrom, origin }),
        },
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

function resultOf({ id, digest, dvcMd5, chips, buildings, warnings, receipt }: Dataset, changed: boolean): Result {
  return { dataset: id, digest, dvcMd5, chips, buildings, warnings, receipt, changed };
}

/** Where the bytes are from, in words, for the receipt. */
function sourceOf({
  labelsFrom,
  origin,
}: Partial<Record<'labelsFrom', FileEntry | undefined> & Record<'origin', Origin | undefined>>): { source?: string } {
  const words = [
    ...(origin === undefined
      ? []
      : [`fetched by dvc get from ${origin.url}, commit ${origin.commit}, path ${origin.path} (${origin.dvcMd5})`]),
    ...(labelsFrom === undefined ? [] : [`labels converted from ${labelsFrom.path}, ${labelsFrom.digest}`]),
  ];
  return words.length === 0 ? {} : { source: words.join('; ') };
}
