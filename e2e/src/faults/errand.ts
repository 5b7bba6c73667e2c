import { CairnError, type CairnClient, type ProcessId, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import type { Ledger } from './ledger.ts';

/** Something that Cairn was asked for, and that goes on in it whatever happens to its parts. */
export interface Errand {
  /** What it is, as `train-model`. */
  readonly name: string;
  /** How far it is now, 0..100; 100 where it has ended, well or badly. */
  percent(client: CairnClient): Promise<number>;
  /** Waits for its end and answers why it did not end well, or null. What it then left is there, and is booked. */
  end(client: CairnClient, ledger: Ledger): Promise<CairnError | null>;
}

/** What is ready to be asked for, at once and as often as it has to be. */
export type Ask = (client: CairnClient) => Promise<Errand>;

/** A job that must come to its end; more than this many milliseconds and it is stuck. */
const longest = 600_000;

/** What a job leaves: throws where it is not there, and books what must be there once. */
type Left<P extends ProcessId> = (client: CairnClient, result: ProcessResult<P>, ledger: Ledger) => Promise<void>;

/** A job, ready to be asked for. */
export function job<P extends ProcessId>(process: P, inputs: ProcessInput<P>, left: Left<P>): Ask {
  return async (client) => {
    // Acknowledged by this answer: from here on it must not be lost.
    const { jobID } = await client.execute(process, inputs);
    return {
      name: process,
      percent: async (now) => {
        const { status, progress } = await now.job(jobID);
        return status === 'accepted' || status === 'running' ? progress : 100;
      },
      end: async (now, ledger) => {
        ledger.jobs.add(jobID);
        try {
          const result = await now.wait(process, jobID, undefined, AbortSignal.timeout(longest));
          await left(now, result, ledger);
          return null;
        } catch (error) {
          if (!(error instanceof CairnError) || error.code === 'gateway-unreachable') throw error;
          return error;
        }
      },
    };
  };
}
