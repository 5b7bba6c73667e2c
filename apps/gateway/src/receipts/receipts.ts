import { CairnError, type Digest } from '@cairn/contracts';
import {
  type Bundle,
  type FactsOf,
  isDigest,
  type Kind,
  makeStatement,
  openBundle,
  payloadDigest,
  readStatement,
  signStatement,
  type Subject,
  type Upstream,
} from '@cairn/receipt';
import type { Queryable } from '../db/database.ts';

/** What a receipt is to say. */
export interface Draft<K extends Kind = Kind> {
  kind: K;
  /** The thing it is about, as `version:building-detector/1`. */
  subject: string;
  facts: FactsOf<K>;
  /** The bytes it is about, by name and SHA-256. */
  subjects: readonly Subject[];
  /** Digests of the receipts it builds on; each has to be held already. */
  upstream: readonly Digest[];
}

/** A signed receipt: the Sigstore bundle, and the digest of its payload, by which others point to it. */
export interface Issued {
  digest: Digest;
  bundle: Bundle;
}

/** A row of the list of receipts. `at` is RFC 3339. */
export interface ReceiptEntry {
  digest: Digest;
  kind: Kind;
  subject: string;
  at: string;
}

/**
 * The receipts of this installation: signed with its key, kept for ever, chained in the order in which they were
 * committed (`prev` names the receipt before, so that a row taken out of the middle shows).
 */
export class Receipts {
  readonly #keys: { privateKeyPem: string; publicKeyPem: string };

  constructor(options: { keys: { privateKeyPem: string; publicKeyPem: string } }) {
    this.#keys = options.keys;
  }

  /** The public key that signs, PEM (SPKI). */
  get publicKeyPem(): string {
    return this.#keys.publicKeyPem;
  }

  /**
   * Signs and keeps a receipt, in the transaction that makes what it tells of.
   * @throws CairnError `not-found` where a receipt it builds on is not held; ReceiptError where the facts do not fit.
   */
  async issue<K extends Kind>(tx: Queryable, draft: Draft<K>): Promise<Issued> {
    const issued = await this.sign(tx, draft);
    await this.record(tx, draft, issued);
    return issued;
  }

  /**
   * Signs a receipt without keeping it, for a result that has to carry it in its own bytes. `record` keeps it later.
   * @throws as `issue`.
   */
  async sign<K extends Kind>(queryable: Queryable, draft: Draft<K>): Promise<Issued> {
    const upstream: Upstream[] = [];
    for (const digest of draft.upstream) {
      if (!isDigest(digest)) throw missing(digest);
      upstream.push({ kind: await this.#kind(queryable, digest), digest });
    }
    const issuedAt = new Date().toISOString();
    const statement = makeStatement(draft.kind, draft.facts, draft.subjects, upstream, issuedAt);
    const bundle = signStatement(statement, this.#keys.privateKeyPem);
    return { digest: payloadDigest(bundle), bundle };
  }

  /** Keeps a receipt that `sign` made, at the end of the chain. */
  async record(tx: Queryable, draft: Pick<Draft, 'kind' | 'subject'>, issued: Issued): Promise<void> {
    // Two transactions that both saw the same last receipt would fork the chain: the second waits for the first.
    await tx.query("select pg_advisory_xact_lock(hashtext('cairn.receipt'))");
    await tx.query(
      `insert into cairn.receipt (digest, kind, subject, prev, bundle)
       values ($1, $2, $3, (select digest from cairn.receipt order by seq desc limit 1), $4)`,
      [issued.digest, draft.kind, draft.subject, issued.bundle],
    );
  }

  /**
   * The bundle of a receipt.
   * @throws CairnError `not-found`.
   */
  async get(queryable: Queryable, digest: Digest): Promise<Bundle> {
    const [row] = await queryable.query<{ bundle: Bundle }>('select bundle from cairn.receipt where digest = $1', [
      digest,
    ]);
    if (row === undefined) throw missing(digest);
    return row.bundle;
  }

  /** The newest receipt of a kind about a thing, or null. */
  async latest(queryable: Queryable, kind: Kind, subject: string): Promise<Issued | null> {
    const [row] = await queryable.query<{ digest: Digest; bundle: Bundle }>(
      'select digest, bundle from cairn.receipt where kind = $1 and subject = $2 order by seq desc limit 1',
      [kind, subject],
    );
    return row ?? null;
  }

  /** The receipts about a thing, or all of them, the newest first; at most `limit`. */
  async list(queryable: Queryable, subject: string | undefined, limit: number): Promise<ReceiptEntry[]> {
    const rows = await queryable.query<Omit<ReceiptEntry, 'at'> & { at: Date }>(
      `select digest, kind, subject, at from cairn.receipt
       where $1::text is null or subject = $1 order by seq desc limit $2`,
      [subject ?? null, limit],
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }

  /**
   * The bundles that a receipt builds on, directly or not, without its own: depth first, each once.
   * @throws CairnError `not-found`.
   */
  async withUpstream(queryable: Queryable, digest: Digest): Promise<Bundle[]> {
    return this.upstreamOf(queryable, await this.get(queryable, digest));
  }

  /** As `withUpstream`, for a receipt that was signed and is not kept yet. */
  async upstreamOf(queryable: Queryable, bundle: Bundle): Promise<Bundle[]> {
    const found = new Map<Digest, Bundle>();
    const follow = async (from: Bundle): Promise<void> => {
      for (const { digest } of readStatement(openBundle(from).payload).predicate.upstream) {
        if (found.has(digest)) continue;
        const next = await this.get(queryable, digest);
        found.set(digest, next);
        await follow(next);
      }
    };
    await follow(bundle);
    return [...found.values()];
  }

  async #kind(queryable: Queryable, digest: Digest): Promise<Kind> {
    const [row] = await queryable.query<{ kind: Kind }>('select kind from cairn.receipt where digest = $1', [digest]);
    if (row === undefined) throw missing(digest);
    return row.kind;
  }
}

function missing(digest: Digest): CairnError {
  return new CairnError('not-found', `There is no receipt ${digest}.`, {
    where: digest,
    action: 'Ask for /receipts to see which receipts there are.',
  });
}
