import type { DatasetTold, DatasetWarning, Digest, DvcSource, FileEntry, FileSet } from '@cairn/contracts';
import { CairnError } from '@cairn/contracts';
import { digestHex, filesetDigest } from '@cairn/receipt';
import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import type { Database, Queryable } from '../db/database.ts';
import { recordEvent } from '../identity/events.ts';
import type { JobContext } from '../jobs/process.ts';
import { softwareVersion } from '../platform/status.ts';
import type { Receipts } from '../receipts/receipts.ts';
import { receiptDigest } from '../registry/receipt-facts.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { checkPaths } from '../storage/paths.ts';
import type { DatasetFacts } from './dataset.ts';
import { type Dataset, type DatasetLabel, datasetItem, datasetOf, datasetSubject } from './dataset-item.ts';
import { DatasetVersions } from './dataset-versions.ts';
import type { Datasets } from './datasets.ts';
import { invalidDataset } from './fault.ts';
import { labelsFile } from './labels.ts';
import { osmFile } from './osm/read-osm.ts';
import type { DatasetThread } from './reader-thread.ts';
import type { DataOrigin, Fetched, Origin } from './origin/data-origin.ts';
import type { DataRepository } from './repository.ts';
import { agrees, settleTold } from './told.ts';

/** What pinning works with. */
export interface DatasetPinningParts {
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

/** A dataset that is pinned here, and whether that is new. */
export interface Pinned {
  dataset: Dataset;
  changed: boolean;
}

/** Files as packages read them. */
interface Plain {
  files: FileSet;
  digest: Digest;
  /** The file that labels were converted from. */
  labelsFrom?: FileEntry;
  /** What of it could not be taken over. */
  lost: DatasetWarning[];
}

/**
 * Brings data into this installation: chips and labels are checked, pinned by DVC and told to the catalogue. Item, receipt and
 * event are written in one transaction at the end; until then nothing but bytes is kept. The same content again changes
 * nothing; another content under the same id is the dataset's next version, and the earlier ones stay in the data repository.
 */
export class DatasetPinning {
  readonly #parts: DatasetPinningParts;
  readonly #versions: DatasetVersions;

  constructor(parts: DatasetPinningParts) {
    this.#parts = parts;
    this.#versions = new DatasetVersions(parts);
  }

  /**
   * Pins files whose bytes the object store holds.
   * @throws CairnError `dataset-invalid`, `data-versioning-failed`, `tools-missing`, `disk-full`.
   */
  async pin(label: DatasetLabel, files: FileSet, context: JobContext): Promise<Pinned> {
    context.step('Check chips and labels');
    return this.#pin(label, await this.#plain(files, context), undefined, context);
  }

  /**
   * Fetches data from somebody's DVC repository and pins them. Who gives them no id gets the dataset that has them already,
   * where there is one, or else one that is named after their folder.
   * @param place of what is asked for, in the request.
   * @throws CairnError as `pin` and `DataOrigin.fetch`; `input-invalid` where nothing tells the licence, `conflict` where the
   * folder's name is that of another dataset.
   */
  async fetch(source: DvcSource, asked: DatasetTold, place: string, context: JobContext): Promise<Pinned> {
    const fetched = await this.#fetch(source, context);
    context.step('Check chips and labels');
    const plain = await this.#plain(fetched.files, context);
    const known = await this.#known(asked, plain.digest);
    if (known !== null && agrees(asked, known)) {
      context.log(`these data are pinned already, as the dataset ${known.id}`);
      return { dataset: known, changed: false };
    }
    const label = settleTold(asked, fetched.told, folderName(source), place);
    if (asked.id === undefined) await this.#expectOwn(label.id, fetched.origin, place);
    return this.#pin(label, plain, fetched.origin, context);
  }

  /** The dataset that has a content: the one that is asked for, or of whatever name. */
  async #known({ id }: DatasetTold, digest: Digest): Promise<Dataset | null> {
    if (id === undefined) {
      const version = await this.#versions.withDigest(digest);
      return version === null ? null : datasetOf(version.item);
    }
    const held = await this.#parts.datasets.find(id);
    return held?.digest === digest ? held : null;
  }

  async #fetch(source: DvcSource, context: JobContext): Promise<Fetched> {
    context.step('Fetch the data by dvc get');
    context.progress(1, 'Fetching the data from their repository');
    const fetched = await this.#parts.dataOrigin.fetch(source, join(this.#parts.workFolder, context.jobId), context);
    checkPaths(fetched.files);
    return fetched;
  }

  /** A name that was made up must not make data from one place the next version of those from another. */
  async #expectOwn(id: string, origin: Origin, place: string): Promise<void> {
    const held = await this.#parts.datasets.find(id);
    if (held === null || (held.origin?.url === origin.url && held.origin.path === origin.path)) return;
    throw new CairnError('conflict', `There is a dataset ${id} already, from another place.`, {
      where: `${place}/id`,
      action: `Give these data an id of their own; or the id ${id}, to make them the next version of that dataset.`,
    });
  }

  async #pin(label: DatasetLabel, plain: Plain, origin: Origin | undefined, context: JobContext): Promise<Pinned> {
    const { database, datasets, objects, repository } = this.#parts;
    const { files, digest, labelsFrom, lost } = plain;
    const held = await datasets.find(label.id);
    if (held?.digest === digest && agrees(label, held)) return { dataset: held, changed: false };
    context.progress(5, `Checking ${files.length} files`);
    const facts = await this.#read(files);
    const warnings = [...lost, ...facts.warnings];
    for (const { words, where } of warnings) context.log(`warning: ${words}: ${where.join(', ')}`);
    context.signal.throwIfAborted();
    context.step('Pin the dataset with DVC');
    context.progress(40, 'Pinning the dataset with DVC');
    const { id, ...told } = label;
    const place = (folder: string): Promise<void> => objects.materialise(files, folder);
    const { dvcMd5, commit } = await repository.add(id, place, context, { ...told, digest });
    await this.#versions.keepFiles(files);
    context.signal.throwIfAborted();
    context.step('Write it to the catalogue');
    context.progress(95, 'Writing the dataset to the catalogue');
    const from = {
      ...(labelsFrom === undefined ? {} : { labelsFrom }),
      ...(origin === undefined ? {} : { origin }),
    };
    const known = { id, ...told, ...facts, warnings, digest, dvcMd5, ...from };
    return database.transaction(async (tx) => {
      const before = await this.#versions.newest(tx, id);
      // Another job, of another account, may have added the same meanwhile.
      const newest = before === null ? null : datasetOf(before.item);
      if (newest?.digest === digest && agrees(label, newest)) return { dataset: newest, changed: false };
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
      return { dataset, changed: true };
    });
  }

  /** The files as packages read them: labels that came as OSM XML are replaced by the GeoJSON they become. */
  async #plain(files: FileSet, context: JobContext): Promise<Plain> {
    const osm = files.find(({ path }) => path === osmFile);
    if (osm === undefined) return { files, digest: digestOfFiles(files), lost: [] };
    if (files.some(({ path }) => path === labelsFile)) {
      const action = `Leave one of the two out, ${labelsFile} or ${osmFile}.`;
      throw invalidDataset('The dataset has its labels twice, as GeoJSON and as OSM XML.', osmFile, action);
    }
    context.progress(2, `Converting ${osmFile} to GeoJSON`);
    const { objects, reader } = this.#parts;
    const { geojson, warnings: lost } = await reader.call('convert', await objects.file(osm.digest));
    const { digest } = await objects.put(new TextEncoder().encode(geojson));
    const plain = [...files.filter((file) => file !== osm), { path: labelsFile, digest }];
    return { files: plain, digest: digestOfFiles(plain), labelsFrom: osm, lost };
  }

  async #read(files: FileSet): Promise<DatasetFacts> {
    const { objects, reader } = this.#parts;
    const found = await objects.files(files.map(({ digest }) => digest));
    return reader.call(
      'read',
      files.map(({ path, digest }, i) => ({ path, digest, file: found[i]! })),
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

function digestOfFiles(files: FileSet): Digest {
  return filesetDigest(files.map(({ path, digest }) => ({ path, digest: receiptDigest(digest) })));
}

/** What people call data: their folder, but that the folder that DVC pins is often called `data`. */
function folderName({ url, path }: DvcSource): string {
  const parts = [...url.replace(/(\.git)?\/*$/, '').split('/'), ...path.split('/')].filter((part) => part !== '');
  return parts.findLast((part) => part !== 'data') ?? 'data';
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
