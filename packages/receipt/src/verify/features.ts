import { problemWithFact } from '../fact.ts';
import { type Checks, GET_AGAIN } from './checks.ts';
import type { OpenedReceipt } from './opened.ts';
import { SHOWN, type Survey, surveyFeatures } from './survey.ts';

function signedFeatures(prediction: OpenedReceipt): { count: number; manifest: string } | null {
  const facts = prediction.statement?.predicate.facts;
  const value = facts && Object.hasOwn(facts, 'features') ? facts['features']?.value : undefined;
  if (problemWithFact('features', value) !== null) return null;
  return value as { count: number; manifest: string };
}

function countWords(found: number, signed: number): string {
  if (found === signed) return `The file holds the ${signed} features that were signed for.`;
  const difference = Math.abs(found - signed);
  const words = found < signed ? `${difference} missing` : `${difference} added`;
  return `The receipt is for ${signed} features, but the file holds ${found}: ${words}. ${GET_AGAIN}`;
}

const UNTOLD = `The receipt does not say which features were signed. ${GET_AGAIN}`;

function manifestWords(survey: Survey, isSigned: boolean, isCounted: boolean, isVouchedFor: boolean): string {
  if (isSigned && isVouchedFor) return 'The features are those that were signed.';
  if (isSigned) return 'The features are those that the receipt names, but nothing vouches for the receipt.';
  const what =
    survey.changed.count > 0
      ? 'see those named'
      : isCounted
        ? "one was exchanged together with its id, or the receipt is another file's"
        : 'some are missing or added';
  return `The features are not those that were signed: ${what}. ${GET_AGAIN}`;
}

/**
 * Checks the features of a collection against what the prediction's receipt signs, and names each that was changed.
 * `isVouchedFor` is whether that receipt's signature holds under the key that the reader gave.
 */
export function checkFeatures(
  checks: Checks,
  collection: Record<string, unknown>,
  features: readonly unknown[],
  prediction: OpenedReceipt,
  isVouchedFor: boolean,
): void {
  const survey = surveyFeatures(collection, features, prediction.payloadDigest);
  const { changed, repeated, moved, strays, isMoved, unsigned, manifest } = survey;
  if (isMoved || moved.count > 0) {
    const where = moved.count > 0 ? ` (${moved.toString()})` : '';
    const words = `The file names a coordinate system of its own ("crs")${where}, by which programs would move the features. Remove it, or get the file again.`;
    checks.add('features/crs', false, words);
  }
  if (strays.count > 0) {
    const words = `${strays.count} of the features name another receipt than the file's: ${strays.toString()}. ${GET_AGAIN}`;
    checks.add('features/receipt', false, words);
  }
  const signed = signedFeatures(prediction);
  const isCounted = signed?.count === features.length;
  checks.add('features/count', isCounted, signed ? countWords(features.length, signed.count) : UNTOLD);
  const changedWords = `${changed.count} of the features changed since signing, or their ids did: ${changed.toString()}. ${GET_AGAIN}`;
  checks.add('features/ids', changed.count === 0, changed.count ? changedWords : 'Every feature fits its id.');
  const repeatedWords = `${repeated.count} of the features repeat others: ${repeated.toString()}. ${GET_AGAIN}`;
  checks.add('features/duplicates', repeated.count === 0, repeated.count ? repeatedWords : 'No feature is repeated.');
  const isSigned = changed.count === 0 && signed?.manifest === manifest.digest();
  checks.add('features/manifest', isSigned, signed ? manifestWords(survey, isSigned, isCounted, isVouchedFor) : UNTOLD);
  if (unsigned.size > 0) {
    const names = [...unsigned].sort();
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
    checks.add('features/unsigned', true, `Not covered by the receipt: ${names.slice(0, SHOWN).join(', ')}${more}.`);
  }
}
