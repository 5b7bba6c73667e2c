import { canonicalJson } from '../canonical.ts';
import { type FactName, factTitle } from '../fact.ts';
import { isObject, member } from '../json.ts';
import type { StatedFact } from '../statement.ts';
import { describeValue } from '../words.ts';
import { type Checks, GET_AGAIN } from './checks.ts';
import type { OpenedReceipt } from './opened.ts';
import type { Trail } from './trail.ts';

interface Agreement {
  readonly fact: FactName;
  /** Receipts that must state the same. The first is the one that knows: a result cannot have witnessed more. */
  readonly sources: readonly (keyof Trail)[];
  /** Receipts that must state the same where they are in the file. */
  readonly ifPresent?: readonly (keyof Trail)[];
}

/** Which facts of a result must be those of the receipts it builds on. */
const AGREEMENTS: readonly Agreement[] = [
  { fact: 'model', sources: ['registration', 'origin', 'approval'] },
  { fact: 'version', sources: ['origin', 'approval'] },
  { fact: 'codeCommit', sources: ['registration'] },
  { fact: 'packageDigest', sources: ['registration', 'origin'] },
  { fact: 'environmentDigest', sources: ['origin'] },
  { fact: 'weightsDigest', sources: ['origin', 'approval'] },
  { fact: 'mlflowRun', sources: ['origin'] },
  { fact: 'datasetDigest', sources: ['origin'], ifPresent: ['dataset'] },
  { fact: 'imageryDigests', sources: ['imagery'] },
  { fact: 'approver', sources: ['approval'] },
];

function factOf(receipt: OpenedReceipt, name: FactName): StatedFact | null {
  const facts = receipt.statement?.predicate.facts;
  return facts && Object.hasOwn(facts, name) ? (facts[name] ?? null) : null;
}

/** The fact as several receipts state it together: the union of their lists, and no better known than the least of them. */
function together(receipts: readonly OpenedReceipt[], name: FactName): StatedFact | null {
  const facts = receipts.map((receipt) => factOf(receipt, name));
  if (facts.length === 0 || facts.some((fact) => fact === null)) return null;
  const values = facts.flatMap((fact) => (Array.isArray(fact?.value) ? (fact.value as unknown[]) : [fact?.value]));
  const known = facts.every((fact) => fact?.known === 'witnessed') ? 'witnessed' : 'imported';
  return { value: [...new Set(values)].sort(), known };
}

/** DVC's MD5 is only compared where both know it. */
function comparable(name: FactName, value: unknown, other: unknown): unknown {
  const knowsMd5 = (one: unknown): boolean => isObject(one) && member(one, 'dvcMd5') !== null;
  if (name !== 'datasetDigest' || !isObject(value) || (knowsMd5(value) && knowsMd5(other))) return value;
  return { ...value, dvcMd5: null };
}

function isSame(name: FactName, left: unknown, right: unknown): boolean {
  try {
    return canonicalJson(comparable(name, left, right)) === canonicalJson(comparable(name, right, left));
  } catch {
    return false;
  }
}

function problem(trail: Trail, agreement: Agreement, stated: StatedFact): string | null {
  const { fact: name, sources, ifPresent = [] } = agreement;
  const what = trail.result.label;
  for (const source of [...sources, ...ifPresent]) {
    const receipts = [trail[source]].flat().filter((one): one is OpenedReceipt => one !== null);
    if (receipts.length === 0 && ifPresent.includes(source)) continue;
    const first = receipts[0];
    const other = source === 'imagery' ? together(receipts, name) : first ? factOf(first, name) : null;
    const title = first ? first.title.toLowerCase() : `any receipt of its ${source}`;
    if (!other) return `Nothing in ${title} bears out the ${factTitle(name)} of the ${what}. ${GET_AGAIN}`;
    if (!isSame(name, stated.value, other.value)) {
      return (
        `The ${what} and ${title} disagree on the ${factTitle(name)}: ` +
        `${describeValue(name, stated.value)} in the ${what}, ${describeValue(name, other.value)} there. ${GET_AGAIN}`
      );
    }
    if (source === sources[0] && stated.known === 'witnessed' && other.known === 'imported') {
      return `The ${what} passes off the ${factTitle(name)} as witnessed, but ${title} was only told it. Ask whoever issued the file.`;
    }
  }
  return null;
}

/** Checks that the facts of a result are those of the receipts it builds on, and no better known than there. */
export function checkAgreements(checks: Checks, trail: Trail): void {
  for (const agreement of AGREEMENTS) {
    const stated = factOf(trail.result, agreement.fact);
    // A result without the fact has already failed for that.
    if (!stated) continue;
    const found = problem(trail, agreement, stated);
    const words = `The ${trail.result.label} and the receipts it builds on agree on the ${factTitle(agreement.fact)}.`;
    checks.add(`agreement/${agreement.fact}`, found === null, found ?? words);
  }
}
