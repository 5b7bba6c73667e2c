import type { Queryable } from '../../db/database.ts';
import { checkInputs } from '../../jobs/inputs.ts';
import { acceptJob } from '../../jobs/job-change.ts';
import type { ShareRow } from '../../registry/share-row.ts';
import { versionId } from '../../registry/version-row.ts';

/**
 * Accepts the job in which a shadow runs a prediction again, in the transaction that keeps the prediction: so each that was
 * drawn is run, and a killed gateway loses none. It is a job of whoever set the shadow, not of whoever asked.
 */
export async function acceptShadow(tx: Queryable, shadow: ShareRow, prediction: string): Promise<void> {
  const inputs = checkInputs('shadow-prediction', { prediction, version: versionId(shadow) });
  await acceptJob(tx, 'shadow-prediction', inputs, { id: shadow.actor });
}
