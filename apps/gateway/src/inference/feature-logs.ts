import type { JobContext } from '../jobs/process.ts';
import type { FeaturePiece, FeaturePlace } from './feature-log.ts';

/**
 * Where readers find the buildings of a job while it finds them: the file that its attempt works with (see `FeatureLog`), or, where
 * several gateways share a database, a mirror of that file in it. Both have the same lines at the same places; one contract suite
 * holds both (`test/inference/feature-logs-contract.ts`).
 */
export interface FeatureLogs {
  /**
   * About a piece of the lines behind a place; from the beginning where the place is none of the log's. Null where there is no
   * log, or none that would be whole.
   */
  read(jobId: string, after: FeaturePlace | undefined): Promise<FeaturePiece | null>;
  /** The log of an attempt that this gateway begins. */
  open(context: Pick<JobContext, 'lease' | 'log'>): Promise<AttemptLog>;
  /** Deletes the logs of jobs that have ended to which nothing was added for a day: there is the prediction's file by then. */
  dropOld(): Promise<void>;
}

/** The log of the buildings that one attempt of a job finds. */
export interface AttemptLog {
  /** The file to which the attempt writes. */
  readonly path: string;
  /** Lets readers have the lines of the file, and those that are added; begins when the file was opened. */
  tell(): void;
  /** Waits until readers have every line, or will be told all of them otherwise. Nothing is added afterwards. */
  whole(): Promise<void>;
  /** Tells nothing more; what was told stays, for the next attempt to go on. */
  stop(): Promise<void>;
  /** Deletes the log. */
  drop(): Promise<void>;
}
