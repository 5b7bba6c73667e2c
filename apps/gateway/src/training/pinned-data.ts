import type { Digest } from '@cairn/contracts';
import { type Bundle, openBundle, readStatement } from '@cairn/receipt';
import type { Queryable } from '../db/database.ts';

/** A dataset as it was pinned at a time: by what its bytes are found and known again. */
export interface PinnedData {
  id: string;
  /** File set digest. */
  digest: Digest;
  /** DVC's MD5 of the folder. */
  dvcMd5: string;
  /** Digest of the receipt that says so. */
  receipt: Digest;
}

/** Data that nothing pins, since they are made anew for each run. */
export interface MadeData {
  id: string;
  /** File set digest. */
  digest: Digest;
  /** Writes them into an empty folder. */
  make: (folder: string) => Promise<void>;
}

/** The dataset that this installation pinned with that content, the newest where several did, or null. */
export async function findPinnedData(queryable: Queryable, digest: Digest): Promise<PinnedData | null> {
  const rows = await queryable.query<{ digest: Digest; bundle: Bundle }>(
    "select digest, bundle from cairn.receipt where kind = 'dataset' order by seq desc",
  );
  for (const { digest: receipt, bundle } of rows) {
    const { facts } = readStatement(openBundle(bundle).payload).predicate;
    const pin = facts['datasetDigest']?.value as { digest: Digest; dvcMd5: string | null };
    const id = facts['dataset']?.value as string;
    if (pin.digest === digest && pin.dvcMd5 !== null) return { id, digest, dvcMd5: pin.dvcMd5, receipt };
  }
  return null;
}
