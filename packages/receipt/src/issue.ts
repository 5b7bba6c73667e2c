import { type Bundle, openBundle, signBundle } from './bundle.ts';
import { type Digest, digestHex, digestOf } from './digest.ts';
import { ReceiptError } from './error.ts';
import { canWitness, type FactsOf, factTitle, isFactName, problemWithFact, REQUIRED_FACTS } from './fact.ts';
import { type Kind, KIND_TITLES, predicateTypeOf } from './kind.ts';
import { readPrivateKey } from './key.ts';
import {
  assertStatement,
  sealOf,
  SEALED_PARTS,
  sealedPart,
  type StatedFact,
  type Statement,
  STATEMENT_TYPE,
  statementPayload,
  type Subject,
  type Upstream,
} from './statement.ts';
import { requiredSubjects } from './subject.ts';

function assertFacts(kind: Kind, facts: Readonly<Record<string, StatedFact>>): void {
  const where = `The receipt of the ${KIND_TITLES[kind]}`;
  for (const name of REQUIRED_FACTS[kind]) {
    if (!Object.hasOwn(facts, name)) throw new ReceiptError(`${where} must state the ${factTitle(name)}.`);
  }
  for (const [name, fact] of Object.entries(facts)) {
    if (!isFactName(name)) throw new ReceiptError(`${where} cannot state ${JSON.stringify(name)}: no such fact.`);
    const problem = problemWithFact(name, fact.value);
    if (problem) throw new ReceiptError(`${where} cannot be made: the ${factTitle(name)} ${problem}.`);
    if (fact.known === 'witnessed' && !canWitness(kind, name)) {
      throw new ReceiptError(`${where} cannot have witnessed the ${factTitle(name)}: it is imported.`);
    }
  }
}

/**
 * Makes the in-toto statement of one kind of receipt, with a seal for every fact. `upstream` are the receipts it builds
 * on; `issuedAt` is RFC 3339 in UTC. Throws ReceiptError where a required fact is missing or malformed, an import claims
 * to have witnessed what it was told, or no subject carries the digest that the facts are about.
 */
export function makeStatement<K extends Kind>(
  kind: K,
  facts: FactsOf<K>,
  subjects: readonly Subject[],
  upstream: readonly Upstream[],
  issuedAt: string,
): Statement {
  const stated: Readonly<Record<string, StatedFact>> = Object.fromEntries(
    Object.entries<StatedFact | undefined>(facts).flatMap(([name, fact]) => (fact ? [[name, fact]] : [])),
  );
  assertFacts(kind, stated);
  const unsealed: Statement = {
    _type: STATEMENT_TYPE,
    subject: subjects,
    predicateType: predicateTypeOf(kind),
    predicate: { facts: stated, seals: {}, upstream, issuedAt },
  };
  for (const digest of requiredSubjects(kind, stated)) {
    if (!subjects.some((subject) => subject.digest.sha256 === digestHex(digest))) {
      throw new ReceiptError(`The receipt of the ${KIND_TITLES[kind]} must have ${digest} among its subjects.`);
    }
  }
  const seals = Object.fromEntries([
    ...Object.entries(stated).map(([name, fact]) => [name, sealOf(fact)]),
    ...(Object.keys(SEALED_PARTS) as (keyof typeof SEALED_PARTS)[]).map((name) => [
      name,
      sealOf(sealedPart(unsealed, name)),
    ]),
  ]) as Record<string, string>;
  const statement: Statement = { ...unsealed, predicate: { ...unsealed.predicate, seals } };
  assertStatement(statement);
  return statement;
}

/** Signs a statement as a Sigstore bundle. Throws ReceiptError where the PEM holds no P-256 private key (PKCS#8). */
export function signStatement(statement: Statement, privateKeyPem: string): Bundle {
  return signBundle(statementPayload(statement), readPrivateKey(privateKeyPem));
}

/** The digest of a bundle's payload: what an arrow of the trail points to. Throws ReceiptError for a malformed bundle. */
export function payloadDigest(bundle: Bundle): Digest {
  return digestOf(openBundle(bundle).payload);
}
