import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobContext } from '../jobs/process.ts';
import { type FeaturePiece, type FeaturePlace, pieceOf, readFeatures } from './feature-log.ts';
import type { AttemptLog, FeatureLogs } from './feature-logs.ts';

const ending = '.features';

/** How long the log of a job's buildings is kept for those who still read it, in milliseconds. */
export const keptMs = 24 * 3600 * 1000;

/** The logs of buildings as the files to which this gateway's own jobs write: nobody else runs jobs. */
export class FeatureLogFiles implements FeatureLogs {
  readonly #folder: string;

  /** @param folder where they lie, beside the work folders of the jobs */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where the buildings of a job lie in the order in which this gateway found them. */
  path(jobId: string): string {
    return join(this.#folder, `${jobId}${ending}`);
  }

  async read(jobId: string, after: FeaturePlace | undefined): Promise<FeaturePiece | null> {
    const read = await readFeatures(this.path(jobId), after);
    return read === null ? null : pieceOf(read);
  }

  open({ lease }: Pick<JobContext, 'lease'>): Promise<AttemptLog> {
    const path = this.path(lease.jobId);
    return Promise.resolve({
      path,
      tell: () => undefined,
      whole: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      drop: () => rm(path, { force: true }),
    });
  }

  async dropOld(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      if (!name.endsWith(ending)) continue;
      const file = join(this.#folder, name);
      const changed = (await stat(file).catch(() => null))?.mtimeMs ?? Date.now();
      if (Date.now() - changed > keptMs) await rm(file, { force: true });
    }
  }
}
