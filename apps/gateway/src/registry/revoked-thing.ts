import { CairnError, type Digest, type RevocationAsked } from '@cairn/contracts';
import { isDigest } from '@cairn/receipt';
import type { Queryable } from '../db/database.ts';
import { versionSubject } from './version-row.ts';

/** What is to be revoked, with every content that it means. */
export interface Revoked {
  kind: RevocationAsked['kind'];
  /** As it was asked for: `MODEL/NUMBER`, the name of a dataset or model, or a digest. */
  name: string;
  subject: string;
  /** SHA-256 of the weights, or of each content of the dataset or package; sorted. */
  digests: Digest[];
  /** The model whose versions are meant; null: whichever has the digests. */
  model: string | null;
  /** Receipts of the contents: what the revocation's receipt builds on. */
  receipts: Digest[];
}

interface Content {
  digest: Digest;
  receipt: Digest;
}

/**
 * Finds what a person means: a version by `MODEL/NUMBER`; a dataset by its name, which means every content that had it until
 * now, or by the digest of one; a package by its model, which means every revision, or by the digest of one.
 * @throws CairnError `not-found`, `stage-transition-refused` for a version that is revoked already, `conflict` for a content.
 */
export async function revokedThing(
  tx: Queryable,
  { kind, id }: Pick<RevocationAsked, 'kind' | 'id'>,
): Promise<Revoked> {
  if (kind === 'version') return revokedVersion(tx, id);
  const contents = kind === 'dataset' ? await datasets(tx, id) : await packages(tx, id);
  if (contents.length === 0) throw missing(kind, id);
  const gone = await tx.query<{ digest: Digest }>(
    'select unnest(digests) as digest from cairn.revocation where kind = $1',
    [kind],
  );
  const left = contents.filter(({ digest }) => !gone.some((one) => one.digest === digest));
  if (left.length === 0) {
    throw new CairnError('conflict', `The ${kind} ${id} is revoked already.`, {
      where: id,
      action: 'There is nothing to do.',
    });
  }
  return {
    kind,
    name: id,
    subject: `${kind === 'package' && !isDigest(id) ? 'model' : kind}:${id}`,
    digests: [...new Set(left.map(({ digest }) => digest))].sort(),
    model: null,
    receipts: [...new Set(left.map(({ receipt }) => receipt))],
  };
}

async function revokedVersion(tx: Queryable, id: string): Promise<Revoked> {
  const [, model, number] = /^([a-z0-9][a-z0-9._-]{0,99})\/([1-9][0-9]{0,8})$/.exec(id) ?? [];
  if (model === undefined) throw missing('version', id);
  const version = Number(number);
  const [row] = await tx.query<{ stage: string; weights_digest: Digest; receipt: Digest }>(
    'select stage, weights_digest, receipt from cairn.version where model = $1 and version = $2',
    [model, version],
  );
  if (row === undefined) throw missing('version', id);
  if (row.stage === 'revoked') {
    throw new CairnError('stage-transition-refused', `Version ${id} is revoked already.`, {
      where: id,
      action: 'There is nothing to do.',
    });
  }
  const { weights_digest: digest, receipt } = row;
  return {
    kind: 'version',
    name: id,
    subject: versionSubject({ model, version }),
    digests: [digest],
    model,
    receipts: [receipt],
  };
}

/** Contents of a dataset as their receipts tell, and as versions that were shipped name them. */
async function datasets(tx: Queryable, id: string): Promise<Content[]> {
  return tx.query<Content>(
    `select * from (
       select data->>'digest' as digest, r.digest as receipt, r.subject
       from cairn.receipt r, lateral (select
         convert_from(decode(r.bundle->'dsseEnvelope'->>'payload', 'base64'), 'UTF8')::jsonb
           #> '{predicate,facts,datasetDigest,value}' as data) as payload
       where r.kind in ('dataset', 'training', 'import')
     ) as content
     where digest = $1 or subject = 'dataset:' || $1`,
    [id],
  );
}

async function packages(tx: Queryable, id: string): Promise<Content[]> {
  return tx.query<Content>(
    `select package_digest as digest, receipt from cairn.revision where model = $1 or package_digest = $1`,
    [id],
  );
}

function missing(kind: RevocationAsked['kind'], id: string): CairnError {
  const names = {
    version: 'a version as MODEL/NUMBER',
    dataset: 'a dataset by its name or digest',
    package: 'a package by its model or digest',
  };
  return new CairnError('not-found', `There is no ${kind} ${JSON.stringify(id)}.`, {
    where: '/id',
    action: `Name ${names[kind]}.`,
  });
}
