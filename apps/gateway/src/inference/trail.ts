import type { Digest } from '@cairn/contracts';
import { openBundle, readStatement, type FactName, type FactsOf, type Licence, type StatedFact } from '@cairn/receipt';
import type { Queryable } from '../db/database.ts';
import { subjectOf } from '../imagery/add-imagery.ts';
import type { Imagery } from '../imagery/imageries.ts';
import type { Receipts } from '../receipts/receipts.ts';
import { versionId } from '../registry/version-row.ts';
import type { ProductionVersion } from '../registry/versions.ts';

/** What a prediction builds on, as its receipts tell: facts are taken over with how they are known. */
export interface Trail {
  facts: Pick<FactsOf<'prediction'>, InheritedFact>;
  /** Digests of the receipts. */
  upstream: Digest[];
  licences: Licence[];
}

/** The facts of a prediction that other receipts know, and which of them. */
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
  imageryDigests: 'imagery',
} as const satisfies Partial<Record<FactName, 'registration' | 'origin' | 'approval' | 'imagery'>>;

type InheritedFact = keyof typeof inherited;

/** Collects the receipts that a prediction by a version on imagery builds on. */
export async function trailOf(
  queryable: Queryable,
  receipts: Receipts,
  version: ProductionVersion,
  imagery: Imagery,
): Promise<Trail> {
  const [revision] = await queryable.query<{ receipt: Digest }>(
    'select receipt from cairn.revision where model = $1 and package_digest = $2',
    [version.model, version.package_digest],
  );
  const seen = await receipts.latest(queryable, 'imagery', subjectOf(imagery.id));
  const digests = {
    registration: revision?.receipt,
    origin: version.receipt,
    approval: version.approval.receipt,
    imagery: seen?.digest,
  };
  const facts: Record<string, Readonly<Record<string, StatedFact>>> = {};
  for (const [name, digest] of Object.entries(digests)) {
    if (digest === undefined) throw new Error(`${versionId(version)} has no receipt of its ${name}.`);
    facts[name] = readStatement(openBundle(await receipts.get(queryable, digest)).payload).predicate.facts;
  }
  const taken = Object.entries(inherited).map(([fact, from]) => {
    const stated = facts[from]?.[fact];
    if (stated === undefined) throw new Error(`The receipt of the ${from} of ${versionId(version)} lacks ${fact}.`);
    return [fact, stated];
  });
  return {
    facts: Object.fromEntries(taken) as Trail['facts'],
    upstream: Object.values(digests) as Digest[],
    licences: licencesOf(version, imagery),
  };
}

/** Whom to name: of the imagery, and of the data that the version was trained on. */
function licencesOf(version: ProductionVersion, imagery: Imagery): Licence[] {
  const { title, licence, attribution } = (version.record['data'] ?? {}) as Record<string, unknown>;
  const trained =
    typeof title === 'string' && typeof licence === 'string'
      ? [{ title, licence, attribution: typeof attribution === 'string' ? attribution : '' }]
      : [];
  return [{ title: imagery.title, licence: imagery.licence, attribution: imagery.attribution }, ...trained];
}
