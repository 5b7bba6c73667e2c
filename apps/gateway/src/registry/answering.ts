import { createHash } from 'node:crypto';
import { type JsonObject, canonicalJson } from '@cairn/receipt';
import type { Queryable } from '../db/database.ts';
import { shareOf } from './share-row.ts';
import type { ProductionVersion, Versions } from './versions.ts';

/** Why a version answers a request that named none, where a share of such requests goes to a canary. */
export interface Route {
  alias: 'production' | 'canary';
  /** The canary's share. */
  share: number;
}

/** A version that answers, and why it does; null where it was named, or is the only one that could. */
export interface Answering {
  version: ProductionVersion;
  route: Route | null;
}

/**
 * The version that answers a request. One that names its version gets it. Of the others, a canary gets its share, drawn by
 * what is asked for: the same request is answered by the same version for as long as the share stays, whoever asks and how
 * often, and a smaller share takes requests from no other.
 * @param ref `MODEL`, or `MODEL/NUMBER`
 * @param version the version in production that it names, or the default
 * @param asked what the request asks for, without who asks and when
 * @throws CairnError `version-not-in-production`
 */
export async function answering(
  versions: Versions,
  queryable: Queryable,
  ref: string,
  version: ProductionVersion,
  asked: JsonObject,
): Promise<Answering> {
  const canary = ref.includes('/') ? null : await shareOf(queryable, 'canary', version.model);
  if (canary === null) return { version, route: null };
  const { share } = canary;
  if (drawn({ model: version.model, ...asked }) >= share) return { version, route: { alias: 'production', share } };
  return { version: await versions.production(`${canary.model}/${canary.version}`), route: { alias: 'canary', share } };
}

/** A number from 0 up to 1 that stands for a request: 48 bits of the SHA-256 of its RFC 8785 JSON. */
export function drawn(asked: JsonObject): number {
  return createHash('sha256').update(canonicalJson(asked)).digest().readUIntBE(0, 6) / 2 ** 48;
}
