import { canWitness, FACT_NAMES, factTitle, isFactName, problemWithFact, REQUIRED_FACTS } from '../fact.ts';
import { type Known } from '../kind.ts';
import { sealOf, SEALED_PARTS, sealedPart, type StatedFact, type Statement } from '../statement.ts';
import { requiredSubjects } from '../subject.ts';
import { describeValue, KNOWN_WORDS, plain, theFact } from '../words.ts';
import { type Checks, GET_AGAIN } from './checks.ts';
import type { OpenedReceipt } from './opened.ts';

/** A fact that the receipts of a file state. */
export interface VerifiedFact {
  /** Label of the receipt that states it, such as `prediction`. */
  readonly receipt: string;
  readonly name: string;
  readonly title: string;
  readonly value: unknown;
  /** The value as a reader sees it; safe to print. */
  readonly words: string;
  /** Whether seal and signature hold, under the key that the reader gave. */
  readonly ok: boolean;
  /** How it is known; null where nothing vouches for it. */
  readonly known: Known | null;
}

function fits(value: unknown, seal: string | undefined): boolean {
  try {
    return seal !== undefined && sealOf(value) === seal;
  } catch {
    return false;
  }
}

const ownSeal = (statement: Statement, name: string): string | undefined =>
  Object.hasOwn(statement.predicate.seals, name) ? statement.predicate.seals[name] : undefined;

const partTitle = (name: string): string => SEALED_PARTS[name as keyof typeof SEALED_PARTS];

/** Titles of the facts and parts of a statement that do not fit their seals: what was changed where a signature fails. */
export function brokenSeals(statement: Statement): string[] {
  const { facts, seals } = statement.predicate;
  const names = [...new Set([...Object.keys(facts), ...Object.keys(seals)])].filter((name) => {
    if (Object.hasOwn(SEALED_PARTS, name)) return false;
    return !Object.hasOwn(facts, name) || !fits(facts[name], ownSeal(statement, name));
  });
  const parts = (Object.keys(SEALED_PARTS) as (keyof typeof SEALED_PARTS)[]).filter(
    (name) => !fits(sealedPart(statement, name), ownSeal(statement, name)),
  );
  return [...names.map((name) => plain(factTitle(name))), ...parts.map(partTitle)];
}

function problemWithStatedFact(
  receipt: OpenedReceipt,
  statement: Statement,
  name: string,
  fact: StatedFact,
): string | null {
  const what = `What ${receipt.title.toLowerCase()} says of the ${plain(factTitle(name))}`;
  const seal = ownSeal(statement, name);
  if (seal === undefined) return `${what} has no seal: it was added after signing. ${GET_AGAIN}`;
  if (!fits(fact, seal)) return `${what} was changed: it no longer fits its seal. ${GET_AGAIN}`;
  const shape = problemWithFact(name, fact.value);
  if (shape) return `${what} ${shape}. Ask whoever issued the file.`;
  if (receipt.kind && fact.known === 'witnessed' && !canWitness(receipt.kind, name)) {
    return `${what} is passed off as witnessed, but an import is only told it. Ask whoever issued the file.`;
  }
  return null;
}

/** Names in the order in which facts are told; unknown ones last, by name. */
function inOrder(names: readonly string[]): string[] {
  const rank = (name: string): number => (isFactName(name) ? FACT_NAMES.indexOf(name) : FACT_NAMES.length);
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * Checks every fact of a readable receipt against its seal, shape and kind, and gives them with how they are known: that
 * is said only where the receipt's signature holds under the key that the reader gave.
 */
export function checkFacts(checks: Checks, receipt: OpenedReceipt, isVouchedFor: boolean): VerifiedFact[] {
  const { statement, kind, label } = receipt;
  if (!statement || !kind) return [];
  const { facts, seals } = statement.predicate;
  const verified: VerifiedFact[] = [];
  for (const name of inOrder(Object.keys(facts))) {
    const fact = facts[name] as StatedFact;
    const problem = problemWithStatedFact(receipt, statement, name, fact);
    const ok = problem === null && isVouchedFor;
    const words = describeValue(name, fact.value);
    const known = ok ? fact.known : null;
    const from = fact.source === undefined ? '' : `, from ${plain(fact.source)}`;
    const how = ok ? KNOWN_WORDS[fact.known] + from : 'nothing vouches for it: see the key and the signature';
    checks.add(
      `seal/${label}/${plain(name)}`,
      problem === null,
      problem ?? `${theFact(name)}: ${words} (${how}).`,
      known,
    );
    verified.push({ receipt: label, name, title: plain(factTitle(name)), value: fact.value, words, ok, known });
  }
  const absent = [...REQUIRED_FACTS[kind], ...Object.keys(seals)].filter(
    (name) => !Object.hasOwn(facts, name) && !Object.hasOwn(SEALED_PARTS, name),
  );
  for (const name of inOrder([...new Set(absent)])) {
    const words = `${receipt.title} says nothing of the ${plain(factTitle(name))}, as it should. ${GET_AGAIN}`;
    checks.add(`seal/${label}/${plain(name)}`, false, words);
  }
  for (const name of Object.keys(SEALED_PARTS) as (keyof typeof SEALED_PARTS)[]) {
    if (fits(sealedPart(statement, name), ownSeal(statement, name))) continue;
    const words = `The ${partTitle(name)} of ${receipt.title.toLowerCase()} was changed: it no longer fits its seal. ${GET_AGAIN}`;
    checks.add(`seal/${label}/${name}`, false, words);
  }
  checkSubject(checks, receipt, statement);
  return verified;
}

function checkSubject(checks: Checks, receipt: OpenedReceipt, statement: Statement): void {
  const required = receipt.kind ? requiredSubjects(receipt.kind, statement.predicate.facts) : [];
  const named = new Set(statement.subject.map(({ digest }) => `sha256:${digest.sha256}`));
  const missing = required.filter((digest) => !named.has(digest));
  if (missing.length === 0) return;
  const words = `${receipt.title} names as its subject something else than its facts (${missing[0]}). ${GET_AGAIN}`;
  checks.add(`subject/${receipt.label}`, false, words);
}
