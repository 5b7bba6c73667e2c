import type { Database } from '../../db/database.ts';
import { openBundle, payloadDigest, type Bundle } from '@cairn/receipt';
import type { Check, Finding } from '../finding.ts';

/** Rows that are held by a receipt. */
const holders = [
  "select 'version:' || model || '/' || version as thing, receipt from cairn.version",
  "select 'model:' || model, receipt from cairn.revision",
  "select 'version:' || model || '/' || version, receipt from cairn.stage_change where receipt is not null",
  "select 'dataset:' || dataset, receipt from cairn.dataset_version",
  "select 'prediction:' || id, receipt from cairn.prediction",
  "select 'version:' || model || '/' || version, receipt from cairn.evaluation",
  "select 'inference:' || id, receipt from cairn.inference",
  "select 'shadow:' || prediction || '/' || version, receipt from cairn.comparison",
].join(' union ');

const action = 'Restore db/ in the state folder from a backup: a receipt cannot be made again.';

/** The chain of receipts, and whether each thing's receipt is held; where deep, whether each is still what it was. */
export function receiptsCheck({ database }: { database: Database }): Check {
  return {
    name: 'receipts',
    look: async (deep) => {
      const breaks = await database.query<{ subject: string; digest: string }>(
        `select subject, digest from (
           select subject, digest, prev, lag(digest) over (order by seq) as before from cairn.receipt
         ) chain where prev is distinct from before`,
      );
      const missing = await database.query<{ thing: string; receipt: string }>(
        `select thing, h.receipt from (${holders}) h left join cairn.receipt r on r.digest = h.receipt
         where r.digest is null order by 1`,
      );
      return [
        ...breaks.map(({ subject, digest }) => ({
          what: `The chain of receipts is broken before ${digest}.`,
          where: subject,
          action,
        })),
        ...missing.map(({ thing, receipt }) => ({ what: `Its receipt ${receipt} is gone.`, where: thing, action })),
        ...(deep ? await changed(database) : []),
      ];
    },
  };
}

async function changed(database: Database): Promise<Finding[]> {
  const rows = await database.query<{ subject: string; digest: string; bundle: Bundle }>(
    'select subject, digest, bundle from cairn.receipt order by seq',
  );
  return rows
    .filter(({ digest, bundle }) => !isWhole(digest, bundle))
    .map(({ subject, digest }) => ({ what: `The receipt ${digest} was changed.`, where: subject, action }));
}

function isWhole(digest: string, bundle: Bundle): boolean {
  try {
    openBundle(bundle);
    return payloadDigest(bundle) === digest;
  } catch {
    return false;
  }
}
