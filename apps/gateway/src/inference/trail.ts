import type { Digest } from '@cairn/contracts';
import { openBundle, readStatement, type FactName, type FactsOf, type Licence, type StatedFact } from '@cairn/receipt';
import type { Queryable } from '../db/database.ts';
import { subjectOf } from '../imagery/add-imagery.ts';
import type { Imagery } from '../imagery/imageries.ts';
import type { Receipts } from '../receipts/receipts.ts';
import { versionId } from '../registry/version-row.ts';
import type { ProductionVersion } from '../registry/versions.ts';

/** What a result of a version builds on, as its receipts tell: facts are taken over with how they are known. */
export interface VersionTrail {
  facts: Pick<FactsOf<'prediction'>, VersionFact>;
  /** Digests of the receipts. */
  upstream: Digest[];
  /** Whom to name: of the data that the version was trained on. */
  licences: Licence[];
}

/** What a prediction builds on: a version's trail, and the imagery. */
export interface Trail extends VersionTrail {
  facts: VersionTrail['facts'] & Pick<FactsOf<'prediction'>, 'imageryDigests'>;
}

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
  approver: 'approval',
} as const satisfies Partial<Record<FactName, 'registration' | 'origin' | 'approval'>>;

type VersionFact = keyof typeof inherited;

/** Collects the receipts that anything which a version answers builds on. */
export async function versionTrail(
  queryable: Queryable,
  receipts: Receipts,
  version: ProductionVersion,
): Promise<VersionTrail> {
  const [revision] = await queryable.query<{ receipt: Digest }>(
    'select receipt from cairn.revision where model = $1 and package_digest = $2',
    [version.model, version.package_digest],
  );
  const digests = { registration: revision?.receipt, origin: version.receipt, approval: version.approval.receipt };
  const facts: Record<string, StatedFacts> = {};
  for (const [name, digest] of Object.entries(digests)) {
    if (digest === undefined) throw new Error(`${versionId(version)} has no receipt of its ${name}.`);
    facts[name] = await statedBy(queryable, receipts, digest);
  }
  const taken = Object.entries(inherited).map(([fact, from]) => {
    const stated = facts[from]?.[fact];
    if (stated === undefined) throw new Error(`The receipt of the ${from} of ${versionId(version)} lacks ${fact}.`);
    return [fact, stated];
  });
  return {
    facts: Object.fromEntries(taken) as VersionTrail['facts'],
    upstream: Object.values(digests) as Digest[],
    licences: licencesOf(version),
  };
}

/** Collects the receipts that a prediction by a version on imagery builds on. */
export async function trailOf(
  queryable: Queryable,
  receipts: Receipts,
  version: ProductionVersion,
  imagery: Imagery,
): Promise<Trail> {
  const trail = await versionTrail(queryable, receipts, version);
  const seen = await receipts.latest(queryable, 'imagery', subjectOf(imagery.id));
  if (seen === null) throw new Error(`The imagery ${imagery.id} has no receipt.`);
  const { imageryDigests } = await statedBy(queryable, receipts, seen.digest);
  if (imageryDigests === undefined) throw new Error(`The receipt of the imagery ${imagery.id} lacks its digests.`);
  const { title, licence, attribution } = imagery;
  return {
    facts: { ...trail.facts, imageryDigests: imageryDigests as Trail['facts']['imageryDigests'] },
    upstream: [...trail.upstream, seen.digest],
    licences: [{ title, licence, attribution }, ...trail.licences],
  };
}

type StatedFacts = Readonly<Record<string, StatedFact>>;

async function statedBy(queryable: Queryable, receipts: Receipts, digest: Digest): Promise<StatedFacts> {
  return readStatement(openBundle(await receipts.get(queryable, digest)).payload).predicate.facts;
}

/** Whom to name: of the data that a version was trained on. */
export function licencesOf(version: ProductionVersion): Licence[] {
  const { title, licence, attribution } = (version.record['data'] ?? {}) as Record<string, unknown>;
  if (typeof title !== 'string' || typeof licence !== 'string') return [];
  return [{ title, licence, attribution: typeof attribution === 'string' ? attribution : '' }];
}
