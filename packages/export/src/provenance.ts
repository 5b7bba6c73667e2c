import {
  type Bundle,
  type Digest,
  isDigest,
  type Licence,
  openBundle,
  payloadDigest,
  readStatement,
  type Receipt,
} from '@cairn/receipt';
import { ExportError } from './error.ts';

/** What a file tells of itself beside its features, all of it from the signed statement of its receipt. */
export interface Provenance {
  /** The receipt's id: the digest of its payload. */
  readonly receipt: Digest;
  /** When the prediction was signed, RFC 3339 in UTC: the only time that an export knows of. */
  readonly issuedAt: string;
  /** MODEL/NUMBER. */
  readonly version: string;
  readonly title: string;
  /** For a reader: found by a machine, and by which. */
  readonly description: string;
  /** Whom to name. */
  readonly attribution: string;
  readonly count: number;
  /** The digest of the features' manifest. */
  readonly manifest: Digest;
}

/**
 * Reads what a receipt tells of a prediction.
 * @throws ReceiptError where the receipt is malformed, ExportError where it is not that of a prediction
 */
export function provenanceOf(receipt: Receipt): Provenance {
  const bundle: Bundle = receipt.bundle;
  const { predicate } = readStatement(openBundle(bundle).payload);
  const fact = (name: string): unknown => predicate.facts[name]?.value;
  const version = fact('version');
  const imagery = fact('imagery');
  const { count, manifest } = (fact('features') ?? {}) as { count?: unknown; manifest?: unknown };
  if (typeof version !== 'string' || typeof count !== 'number' || !isDigest(manifest)) {
    throw new ExportError('The receipt is not that of a prediction.');
  }
  return {
    receipt: payloadDigest(bundle),
    issuedAt: predicate.issuedAt,
    version,
    title: `Buildings by ${version}${typeof imagery === 'string' ? ` on ${imagery}` : ''}`,
    description: `Found on imagery by a machine (Cairn, ${version}) and not looked at by a person. Compare with the imagery before you use it.`,
    attribution: attributionOf((fact('licences') ?? []) as readonly Licence[]),
    count,
    manifest,
  };
}

function attributionOf(licences: readonly Licence[]): string {
  const all = licences.map(({ title, licence, attribution }) => `${attribution || title} (${licence})`);
  return [...new Set(all)].join('; ');
}
