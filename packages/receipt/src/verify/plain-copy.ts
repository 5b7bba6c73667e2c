import { canonicalJson } from '../canonical.ts';
import { factTitle } from '../fact.ts';
import { isObject, member } from '../json.ts';
import { describeValue, plain } from '../words.ts';
import { type Checks, GET_AGAIN } from './checks.ts';
import type { OpenedReceipt } from './opened.ts';

function isSame(left: unknown, right: unknown): boolean {
  try {
    return canonicalJson(left) === canonicalJson(right);
  } catch {
    return false;
  }
}

/** Checks the facts that the file shows in plain sight against the signed ones, since people read those. */
export function checkPlainCopy(checks: Checks, receipt: Record<string, unknown>, result: OpenedReceipt): void {
  if (!Object.hasOwn(receipt, 'facts') || !result.statement) return;
  const shown = member(receipt, 'facts');
  if (!isObject(shown)) {
    checks.add('plain-copy', false, `The facts that the file shows in plain sight cannot be read. ${GET_AGAIN}`);
    return;
  }
  const signed = result.statement.predicate.facts;
  const names = [...new Set([...Object.keys(signed), ...Object.keys(shown)])].sort();
  const differing = names.filter((name) => {
    if (!Object.hasOwn(signed, name) || !Object.hasOwn(shown, name)) return true;
    return !isSame(signed[name]?.value, shown[name]);
  });
  for (const name of differing) {
    const copy = Object.hasOwn(shown, name) ? describeValue(name, shown[name]) : 'not there';
    const original = Object.hasOwn(signed, name) ? describeValue(name, signed[name]?.value) : 'not there';
    const words = `The file in plain sight and its receipt disagree on the ${plain(factTitle(name))}: ${copy} in plain sight, ${original} in the receipt. ${GET_AGAIN}`;
    checks.add(`plain-copy/${plain(name)}`, false, words);
  }
  if (differing.length === 0) {
    checks.add('plain-copy', true, 'The facts that the file shows in plain sight are those in the receipt.');
  }
}
