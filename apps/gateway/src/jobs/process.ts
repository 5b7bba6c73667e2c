import type { ProcessId, ProcessInput, ProcessResult } from '@cairn/contracts';
import type { Actor } from '../identity/actor.ts';
import type { Lease } from './lease.ts';

/** What a running job may use. */
export interface JobContext {
  jobId: string;
  /** By which this attempt holds the job: what it writes for others demands that the lease still is. */
  lease: Lease;
  actor: Actor;
  /** Aborts when the job is dismissed or the gateway stops. */
  signal: AbortSignal;
  /** Tells how far the job is (0..100) and what it does now, in words. Cheap; written at most a few times a second. */
  progress(percent: number, message: string): void;
  /**
   * Begins a step, by a name that a person reads; the one before it is done. Where the name is that of the step that runs,
   * nothing changes. It is told with the job, as its message until the next `progress`, and in its log.
   */
  step(name: string): void;
  /** Adds a line to the job's log. */
  log(line: string): void;
}

/** The context of a part of a job: its progress 0..100 is `from`..`to` of the whole. */
export function partOf(context: JobContext, from: number, to: number): JobContext {
  return {
    ...context,
    progress: (percent, message) => context.progress(from + ((to - from) * percent) / 100, message),
  };
}

/**
 * What a process does. A job may be run again after the gateway was killed in the middle of it: `run` is idempotent, it
 * finds what it did before by digest and goes on. It throws CairnError for everything that is the caller's to mend.
 */
export interface Process<P extends ProcessId = ProcessId> {
  readonly id: P;
  /**
   * The result that an identical request had before, where the process keeps those: the job is then successful at once, and
   * nothing is started. Null where there is none, or the request has to be run to tell what is wrong with it.
   */
  stored?(inputs: ProcessInput<P>): Promise<ProcessResult<P> | null>;
  run(inputs: ProcessInput<P>, context: JobContext): Promise<ProcessResult<P>>;
}
