import { KNOWN_WORDS, verifyFeatureCollection, type Verification } from '@cairn/receipt';
import type { Output } from './output.ts';

/** Verifies a GeoJSON, text or parsed, with the public key of its signer, PEM; nothing else is needed. */
export function verifySigned(signed: unknown, publicKeyPem: string | undefined): Verification {
  return verifyFeatureCollection(signed, { publicKeyPem });
}

/** Tells what was found: the facts of the trail, how each is known, and what fails. */
export function tellVerdict(output: Output, verdict: Verification, everyCheck: boolean): void {
  const told = new Set<string>();
  for (const fact of verdict.facts) {
    if (!isResult(fact.receipt) && told.has(fact.name)) continue;
    told.add(fact.name);
    const known = fact.known === null ? 'nothing vouches for it' : KNOWN_WORDS[fact.known];
    output.line(`  ${fact.ok ? 'ok  ' : 'FAIL'} ${fact.title.padEnd(20)} ${fact.words}  (${known})`);
  }
  const failed = verdict.checks.filter((check) => !check.ok);
  if (everyCheck) {
    output.line();
    for (const check of verdict.checks) output.line(`  ${check.ok ? 'ok  ' : 'FAIL'} ${check.words}`);
  } else if (failed.length > 0) {
    output.line();
    for (const check of failed) output.line(`  FAIL ${check.words}`);
  }
  output.line();
  output.line(
    verdict.ok
      ? `The receipt holds: ${verdict.checks.length} checks passed.`
      : `The receipt does NOT hold: ${failed.length} of ${verdict.checks.length} checks failed.`,
  );
}

function isResult(receipt: string): boolean {
  return receipt === 'prediction' || receipt === 'inference';
}
