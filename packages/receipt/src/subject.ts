import { type Digest, isDigest } from './digest.ts';
import type { FactName } from './fact.ts';
import { isObject, member } from './json.ts';
import type { Kind } from './kind.ts';
import type { StatedFact } from './statement.ts';

/** The fact that each kind of receipt is about: its digest must be among the statement's subjects. */
const MAIN_FACT: Readonly<Record<Kind, FactName>> = {
  registration: 'packageDigest',
  training: 'weightsDigest',
  import: 'weightsDigest',
  reproduction: 'weightsDigest',
  evaluation: 'weightsDigest',
  dataset: 'datasetDigest',
  imagery: 'imageryDigests',
  approval: 'weightsDigest',
  prediction: 'features',
  inference: 'outputTensors',
  shadow: 'features',
  revocation: 'revokedDigests',
};

function digestsIn(value: unknown): Digest[] {
  if (isDigest(value)) return [value];
  if (Array.isArray(value)) return value.filter(isDigest);
  if (!isObject(value)) return [];
  return [member(value, 'manifest'), member(value, 'digest')].filter(isDigest);
}

/** The digests that must be among the subjects of a statement of this kind with these facts. */
export function requiredSubjects(kind: Kind, facts: Readonly<Record<string, StatedFact>>): Digest[] {
  return digestsIn(Object.hasOwn(facts, MAIN_FACT[kind]) ? facts[MAIN_FACT[kind]]?.value : undefined);
}
