import type { Digest } from '@cairn/contracts';
import { openBundle, readStatement, type FactName, type FactsOf, type Licence, type StatedFact } from '@cairn/receipt';
import type { Queryable } from '../db/database.ts';
import { subjectOf } from '../imagery/add-imagery.ts';
import type { Imagery } from '../imagery/imageries.ts';
import type { Receipts } from '../receipts/receipts.ts';
import { type VersionRow, versionId } from '../registry/version-row.ts';
import type { ProductionVersion } from '../registry/versions.ts';

/** The facts of a result that other receipts know, and which of them. */
const inherited = {
  codeCommit: 'registration',
  model: 'origin',
  version: 'origin',
  packageDigest: 'origin',
  environmentDigest: 'origin',
  weightsDigest: 'origin',
  mlflowRun: 'origin',
  datasetDigest: 'origin',
} as const satisfies Partial<Record<FactName, 'registration' | 'origin'>>;

type OriginFact = keyof typeof inherited;

/** Where a version comes from, as its receipts tell: facts are taken over with how they are known. */
export interface OriginTrail {
  facts: Pick<FactsOf<'prediction'>, OriginFact>;
  /** Digests of the receipts. */
  upstream: Digest[];
  /** Whom to name: of the data that the version was trained on. */
  licences: Licence[];
}

/** What an answer of a version builds on: where it comes from, and who approved it. */
export interface VersionTrail extends OriginTrail {
  facts: OriginTrail['facts'] & Pick<FactsOf<'prediction'>, 'approver'>;
}

type OnImagery<T extends OriginTrail> = T & { facts: T['facts'] & Pick<FactsOf<'prediction'>, 'imageryDigests'> };

/** Collects the receipts of where a version comes from. */
export async function originTrail(queryable: Queryable, receipts: Receipts, version: VersionRow): Promise<OriginTrail> {
  const [revision] = await queryable.query<{ receipt: Digest }>(
    'select receipt from cairn.revision where model = $1 and package_digest = $2',
    [version.model, version.package_digest],
  );
  if (revision === undefined) throw new Error(`${versionId(version)} has no receipt of its registration.`);
  const digests = { registration: revision.receipt, origin: version.receipt };
  const facts = {
    registration: await statedBy(queryable, receipts, digests.registration),
    origin: await statedBy(queryable, receipts, digests.origin),
  };
  const taken = Object.entries(inherited).map(([fact, from]) => {
    const stated = facts[from][fact];
    if (stated === undefined) throw new Error(`The receipt of the ${from} of ${versionId(version)} lacks ${fact}.`);
    return [fact, stated];
  });
  return {
    facts: Object.fromEntries(taken) as OriginTrail['facts'],
    upstream: Object.values(digests),
    licences: licencesOf(version),
  };
}

/** Collects the receipts that anything which a version answers builds on. */
export async function versionTrail(
  queryable: Queryable,
  receipts: Receipts,
  version: ProductionVersion,
): Promise<VersionTrail> {
  const { facts, upstream, licences } = await originTrail(queryable, receipts, version);
  const approval = version.approval.receipt;
  const { approver } = await statedBy(queryable, receipts, approval);
  if (approver === undefined) throw new Error(`The receipt of the approval of ${versionId(version)} names nobody.`);
  return {
    facts: { ...facts, approver: approver as VersionTrail['facts']['approver'] },
    upstream: [...upstream, approval],
    licences,
  };
}

/** Adds the receipt of the imagery to what a result builds on. */
export async function onImagery<T extends OriginTrail>(
  queryable: Queryable,
  receipts: Receipts,
  trail: T,
  { id, title, licence, attribution }: Imagery,
): Promise<OnImagery<T>> {
  const seen = await receipts.latest(queryable, 'imagery', subjectOf(id));
  if (seen === null) throw new Error(`The imagery ${id} has no receipt.`);
  const { imageryDigests } = await statedBy(queryable, receipts, seen.digest);
  if (imageryDigests === undefined) throw new Error(`The receipt of the imagery ${id} lacks its digests.`);
  return {
    ...trail,
    facts: { ...trail.facts, imageryDigests: imageryDigests as OnImagery<T>['facts']['imageryDigests'] },
    upstream: [...trail.upstream, seen.digest],
    licences: [{ title, licence, attribution }, ...trail.licences],
  };
}

type StatedFacts = Readonly<Record<string, StatedFact>>;

async function statedBy(queryable: Queryable, receipts: Receipts, digest: Digest): Promise<StatedFacts> {
  return readStatement(openBundle(await receipts.get(queryable, digest)).payload).predicate.facts;
}

/** Whom to name: of the data that a version was trained on. */
export function licencesOf(version: Pick<VersionRow, 'record'>): Licence[] {
  const { title, licence, attribution } = (version.record['data'] ?? {}) as Record<string, unknown>;
  if (typeof title !== 'string' || typeof licence !== 'string') return [];
  return [{ title, licence, attribution: typeof attribution === 'string' ? attribution : '' }];
}
