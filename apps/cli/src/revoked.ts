import { CairnClient, type Revocation } from '@cairn/contracts';
import {
  type Bundle,
  openBundle,
  payloadDigest,
  readPublicKey,
  revocableDigests,
  type Verification,
  verifyEnvelope,
} from '@cairn/receipt';
import type { Output } from './output.ts';

/** A revocation that a server told of, and whether the key that the reader gave signs it. */
export type ToldRevocation = Revocation & { signed: boolean };

/**
 * Asks a server whether something that a file came from was taken back since.
 * @param verdict what was found of the file: it names the digests that are asked about
 * @throws CairnError `gateway-unreachable`
 */
export async function askRevoked(
  address: string,
  verdict: Verification,
  publicKeyPem: string,
): Promise<ToldRevocation[]> {
  const told = await new CairnClient({ address }).revocations(revocableDigests(verdict));
  return told.map((one) => ({ ...one, signed: isSigned(one, publicKeyPem) }));
}

/** Tells what the server answered. */
export function tellRevoked(output: Output, address: string, revocations: readonly ToldRevocation[]): void {
  for (const { kind, name, by, at, reason, signed } of revocations) {
    output.line(`REVOKED: the ${kind} ${name}, by ${by} at ${at}: ${reason}`);
    if (!signed) output.line('  This was told by the server and is not signed by the key you gave.');
  }
  if (revocations.length === 0) output.line(`The server at ${address} knows of no revocation.`);
  else output.line('Do not rely on this file any more.');
}

function isSigned({ bundle, receipt }: Revocation, publicKeyPem: string): boolean {
  try {
    const envelope = openBundle(bundle);
    return payloadDigest(bundle as Bundle) === receipt && verifyEnvelope(envelope, readPublicKey(publicKeyPem));
  } catch {
    return false;
  }
}
