import { CairnError } from '@cairn/contracts';

/**
 * Why a job's signal aborts where the job itself is not to end: its gateway stops, or has lost it to another. Work that goes
 * on without a gateway is then left running, for whoever takes the job up.
 */
export class HandedOver extends CairnError {
  constructor(jobId: string) {
    super('cancelled', `The job ${jobId} goes on without this gateway.`);
  }
}
