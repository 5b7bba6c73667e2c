import { CairnError, type FileSet, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import type { JobContext, Process } from '../jobs/process.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { checkPaths } from '../storage/paths.ts';
import type { DatasetPinning, Pinned } from './pinning.ts';
import { settleTold } from './told.ts';

type Inputs = ProcessInput<'add-dataset'>;
type Result = ProcessResult<'add-dataset'>;

/** The process `add-dataset`: files that were uploaded, or those of a DVC repository, become a pinned dataset. */
export class AddDataset implements Process<'add-dataset'> {
  readonly id = 'add-dataset';
  readonly #pinning: DatasetPinning;
  readonly #objects: ObjectStore;

  constructor(parts: { pinning: DatasetPinning; objects: ObjectStore }) {
    this.#pinning = parts.pinning;
    this.#objects = parts.objects;
  }

  /**
   * @throws CairnError `input-invalid` for a path that leaves the folder, `not-found` for bytes that were not uploaded; as
   * `DatasetPinning`.
   */
  async run({ files, dvc, ...told }: Inputs, context: JobContext): Promise<Result> {
    if (dvc !== undefined) return resultOf(await this.#pinning.fetch(dvc, told, '/inputs', context));
    const uploaded = files ?? [];
    checkPaths(uploaded);
    await this.#expectUploads(uploaded);
    return resultOf(await this.#pinning.pin(settleTold(told, {}, 'dataset', '/inputs'), uploaded, context));
  }

  async #expectUploads(files: FileSet): Promise<void> {
    const held = await this.#objects.sizes(files.map(({ digest }) => digest));
    for (const { path, digest } of files) {
      if (held.has(digest)) continue;
      throw new CairnError('not-found', `The bytes of ${path} (${digest}) have not been uploaded.`, {
        where: path,
        action: 'Upload the file first.',
      });
    }
  }
}

function resultOf({ dataset, changed }: Pinned): Result {
  const { id, digest, dvcMd5, chips, buildings, warnings, receipt } = dataset;
  return { dataset: id, digest, dvcMd5, chips, buildings, warnings, receipt, changed };
}
