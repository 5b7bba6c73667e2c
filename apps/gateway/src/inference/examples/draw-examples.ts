import { CairnError, type Digest, type Example, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { datasetOf } from '../../data/dataset-item.ts';
import type { DatasetVersions, VersionRow as DatasetRow } from '../../data/dataset-versions.ts';
import type { ExampleChip, HeldOut } from '../../data/example-chips.ts';
import type { DatasetThread } from '../../data/reader-thread.ts';
import { recordEvent } from '../../identity/events.ts';
import { type JobContext, partOf, type Process } from '../../jobs/process.ts';
import { softwareVersion } from '../../platform/status.ts';
import { type ExampleRow, findExamples, keepExamples } from '../../registry/example-row.ts';
import { soughtClasses } from '../../registry/network-output.ts';
import { PackageFiles } from '../../registry/package/files.ts';
import { itemFile, readItem } from '../../registry/package/item.ts';
import { findRevision } from '../../registry/package/revision.ts';
import { demandUnrevoked } from '../../registry/revocation.ts';
import { type VersionRow, versionId, versionSubject } from '../../registry/version-row.ts';
import { relationOf } from '../../training/relation.ts';
import type { GraphBackend } from '../backend/backend.ts';
import { BuildingFile } from '../building-file.ts';
import { type BlockParts, findBuildings } from '../find-buildings.ts';
import { graphOf } from '../graph.ts';
import type { Precedence } from '../precedence.ts';
import type { ComparisonThread } from '../shadow/comparisons-thread.ts';
import { PatientBackend } from '../shadow/patient-backend.ts';
import { imageTask, type TaskParts } from '../task.ts';
import { type ChipImage, chipImage, inPixels } from './chip-image.ts';
import { drawPicture } from './picture.ts';

type Inputs = ProcessInput<'draw-examples'>;
type Result = ProcessResult<'draw-examples'>;

/** What the process works with. */
export interface DrawExamplesParts
  extends Pick<TaskParts, 'database' | 'versions' | 'objects' | 'reader' | 'block'>, Omit<BlockParts, 'callsAtOnce'> {
  backend: Pick<GraphBackend, 'infer' | 'hasRoom' | 'isReady' | 'hold'>;
  precedence: Precedence;
  datasetVersions: DatasetVersions;
  datasetReader: DatasetThread;
  comparisons: ComparisonThread;
  /** Folder of work folders, one a job. */
  workFolder: string;
}

/** Chips that are drawn: enough to see how a version fails, few enough to look at each. */
const most = 4;

/** What is drawn of what. */
interface Task {
  version: VersionRow;
  dataset: DatasetRow;
}

/**
 * The process `draw-examples`: what a version finds on a few labelled chips of a dataset, as it is now, becomes pictures with
 * hits, misses and inventions. The version's graph answers, with the settings that a prediction has by itself, so they show
 * what a mapper would get; no package is run. Which chips are drawn follows from names and places alone (see
 * `readExampleChips`): those that the version's package holds out of its trainings, where its item tells which
 * (`cairn:held_out`). The same version and dataset give the same bytes. Any stage may be drawn, since an approver wants to see
 * it; nobody is answered by it. Pictures are kept by digest; row and event come in one transaction, and a job that was killed
 * begins again.
 */
export class DrawExamples implements Process<'draw-examples'> {
  readonly id = 'draw-examples';
  readonly #parts: DrawExamplesParts;

  constructor(parts: DrawExamplesParts) {
    this.#parts = parts;
  }

  /** The examples of the same version on the same data. What cannot be answered is told by the run. */
  async stored(inputs: Inputs): Promise<Result | null> {
    try {
      return await this.#stored(await this.#task(inputs));
    } catch (error) {
      if (error instanceof CairnError) return null;
      throw error;
    }
  }

  /**
   * @throws CairnError `not-found` for the version or the dataset, `revoked`, `dataset-invalid` where it has no chip that can be
   * placed, `imagery-unsupported` where its chips are too coarse; as `predict` where the graph does not answer
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    const { backend, workFolder } = this.#parts;
    context.step('Choose chips');
    context.progress(1, 'Reading the version and the dataset');
    const task = await this.#task(inputs);
    const stored = await this.#stored(task);
    if (stored !== null) return stored;
    const release = backend.hold(graphOf(task.version));
    const folder = join(workFolder, context.jobId, 'examples');
    try {
      const heldOut = await this.#heldOut(task.version);
      const chips = await this.#chips(task.dataset, heldOut);
      context.step('Find buildings');
      const pictures: ExampleRow['pictures'] = [];
      for (const [i, chip] of chips.entries()) {
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder, { recursive: true });
        const part = partOf(context, 5 + (90 * i) / chips.length, 5 + (90 * (i + 1)) / chips.length);
        pictures.push(await this.#draw(task.version, chip, folder, part));
      }
      context.step('Keep the pictures');
      context.progress(96, `Keeping ${pictures.length} pictures`);
      return await this.#keep(task, heldOut === null ? 'any' : 'held-out', pictures, context);
    } finally {
      release();
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** @throws CairnError `not-found`, `revoked`. */
  async #task({ version: ref, dataset: id }: Inputs): Promise<Task> {
    const { database, versions, datasetVersions } = this.#parts;
    const [model, number] = ref.split('/') as [string, string];
    const task = { version: await versions.get(model, Number(number)), dataset: await datasetVersions.get(id) };
    await database.transaction((tx) => demandUnrevoked(tx, groundsOf(task), ref));
    return task;
  }

  /** Those there are, but for those of another Cairn, which may have drawn otherwise, and those whose bytes are gone. */
  async #stored({ version, dataset }: Task): Promise<Result | null> {
    const { database, objects } = this.#parts;
    const found = await findExamples(database, version, dataset.digest);
    if (found?.software !== softwareVersion) return null;
    const held = await Promise.all(found.pictures.map(({ digest }) => objects.has(digest)));
    return held.every((one) => one) ? { ...found, stored: true } : null;
  }

  /** Which chips of every dataset the version's package holds out of its trainings, as its item tells; null where it does not. */
  async #heldOut(version: VersionRow): Promise<HeldOut | null> {
    const { database, objects } = this.#parts;
    const revision = await findRevision(database, version.model, version.package_digest);
    const files = new PackageFiles(revision?.files ?? [], objects);
    return files.has(itemFile) ? ((await readItem(files)).properties['cairn:held_out'] ?? null) : null;
  }

  async #chips(dataset: DatasetRow, heldOut: HeldOut | null): Promise<ExampleChip[]> {
    const { objects, datasetVersions, datasetReader } = this.#parts;
    const files = await datasetVersions.files(dataset);
    const found = await objects.files(files.map(({ digest }) => digest));
    const chips = await datasetReader.call(
      'examples',
      files.map(({ path, digest }, i) => ({ path, digest, file: found[i]! })),
      { heldOut, most },
    );
    if (chips.length > 0) return chips;
    throw new CairnError('dataset-invalid', `The dataset ${dataset.dataset} has no chip whose place is known.`, {
      where: dataset.dataset,
      action: 'Add the dataset again with chips that are GeoTIFFs or named PREFIX-x-y-z.jpg.',
    });
  }

  async #draw(
    version: VersionRow,
    chip: ExampleChip,
    folder: string,
    context: JobContext,
  ): Promise<ExampleRow['pictures'][number]> {
    const { objects, reader, comparisons, outlines } = this.#parts;
    // Under a name of its own: the reader keeps what it has read by path.
    const image = await chipImage(reader, chip, version.gsd, join(folder, `${randomUUID()}.tif`));
    const log = join(folder, 'found');
    const buildings = await BuildingFile.open(log, folder);
    try {
      await this.#find(version, image, buildings, context);
      const sought = soughtClasses(version.output);
      const classes = sought.includes('building') ? ['building'] : sought;
      const judged = await comparisons.call('judge', log, classes, chip.labels, image.ground);
      const { hits, misses, inventions } = judged;
      const { gsd, box } = image.shown;
      const rgba = await reader.call('window', image.path, gsd, box);
      const drawn = judged.outlines.map(({ standing, rings }) => ({ standing, rings: inPixels(rings, image.shown) }));
      const { jpeg, width, height } = await drawPicture(
        rgba,
        { width: box.x1 - box.x0, height: box.y1 - box.y0 },
        drawn,
      );
      const { digest } = await objects.put(jpeg);
      context.log(`${chip.chip.path}: ${hits} hits, ${misses} misses, ${inventions} inventions`);
      return { chip: chip.chip.path, chipDigest: chip.chip.digest, digest, width, height, hits, misses, inventions };
    } finally {
      await outlines.call('end', context.jobId);
      await buildings.close();
    }
  }

  /** What a prediction would find there. It makes way for those that somebody waits for. */
  async #find(version: VersionRow, image: ChipImage, buildings: BuildingFile, context: JobContext): Promise<void> {
    const { backend, precedence } = this.#parts;
    const task = await imageTask(this.#parts, version, image, {});
    const patient = new PatientBackend({ backend, precedence });
    await findBuildings({ ...this.#parts, backend: patient, callsAtOnce: 1 }, task, buildings, context);
  }

  async #keep(
    task: Task,
    part: ExampleRow['part'],
    pictures: ExampleRow['pictures'],
    context: JobContext,
  ): Promise<Result> {
    const { database } = this.#parts;
    const { version, dataset } = task;
    return database.transaction(async (tx) => {
      await demandUnrevoked(tx, groundsOf(task), versionId(version));
      await keepExamples(tx, {
        model: version.model,
        version: version.version,
        dataset: dataset.dataset,
        dataset_version: dataset.version,
        dataset_digest: dataset.digest,
        relation: relationOf(version, datasetOf(dataset.item)),
        part,
        pictures,
        software: softwareVersion,
        actor: context.actor.id,
      });
      await recordEvent(tx, context.actor, {
        kind: 'version.examples-drawn',
        subject: versionSubject(version),
        data: {
          dataset: dataset.dataset,
          digest: dataset.digest,
          pictures: pictures.map(({ digest }: Pick<Example, 'digest'>) => digest),
        },
      });
      const kept = await findExamples(tx, version, dataset.digest);
      return { ...kept!, stored: false };
    });
  }
}

/** What must not have been taken back. */
function groundsOf({ version, dataset }: Task): Digest[] {
  return [version.weights_digest, version.package_digest, version.dataset_digest, dataset.digest];
}
