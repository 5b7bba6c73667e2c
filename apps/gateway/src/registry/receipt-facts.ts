import { digestHex, type Digest as ReceiptDigest, isDigest, type Subject } from '@cairn/receipt';
import { type VersionRow, versionId } from './version-row.ts';

/** A digest as receipts take it. @throws Error for a text that is none, which a column of digests cannot hold. */
export function receiptDigest(text: string): ReceiptDigest {
  if (!isDigest(text)) throw new Error(`${JSON.stringify(text)} is no digest.`);
  return text;
}

/** What a receipt about a version is about: its weights. */
export function versionSubjects(row: Pick<VersionRow, 'model' | 'version' | 'weights_digest'>): Subject[] {
  return [{ name: versionId(row), digest: { sha256: digestHex(row.weights_digest) } }];
}
