import type { Database } from '../db/database.ts';
import type { FeaturePiece, FeaturePlace } from './feature-log.ts';
import { type FeatureLogFiles, keptMs } from './feature-log-files.ts';
import { FeatureLogTable } from './feature-log-table.ts';
import type { AttemptLog, FeatureLogs } from './feature-logs.ts';
import { FeatureMirror, type MirrorTiming, usualMirror } from './feature-mirror.ts';

/**
 * The logs of buildings in a database that several gateways share: each job's file is mirrored there as it grows, and read from
 * there at every gateway. An attempt works with the file of its own gateway. So one that goes on where the attempt before
 * was goes on in the same series, and one that is taken up elsewhere begins another: its readers are told to forget what they
 * have, and are told the buildings again.
 */
export class SharedFeatureLogs implements FeatureLogs {
  readonly #table: FeatureLogTable;
  readonly #files: FeatureLogFiles;
  readonly #timing: MirrorTiming;

  constructor(options: { database: Database; files: FeatureLogFiles; timing?: MirrorTiming }) {
    this.#table = new FeatureLogTable(options.database);
    this.#files = options.files;
    this.#timing = options.timing ?? usualMirror;
  }

  read(jobId: string, after: FeaturePlace | undefined): Promise<FeaturePiece | null> {
    return this.#table.read(jobId, after);
  }

  async open({ lease, log }: Parameters<FeatureLogs['open']>[0]): Promise<AttemptLog> {
    const file = await this.#files.open({ lease });
    const table = this.#table;
    const mirror = new FeatureMirror({ table, lease, path: file.path, log, timing: this.#timing });
    return {
      path: file.path,
      tell: () => mirror.begin(),
      whole: () => mirror.whole(),
      stop: () => mirror.stop(),
      drop: async () => {
        await mirror.stop();
        await file.drop();
        // What stays is told to nobody once the job has ended, and goes after a day.
        await table.drop(lease).catch(() => undefined);
      },
    };
  }

  async dropOld(): Promise<void> {
    await this.#files.dropOld();
    await this.#table.dropOld(keptMs);
  }
}
