import { verifyEnvelope } from '../dsse.ts';
import { member } from '../json.ts';
import { type PublicKey, readPublicKey } from '../key.ts';
import { plain } from '../words.ts';
import { type Checks, GET_AGAIN } from './checks.ts';
import { brokenSeals } from './facts.ts';
import type { OpenedReceipt } from './opened.ts';

function read(pem: unknown): PublicKey | null {
  if (typeof pem !== 'string') return null;
  try {
    return readPublicKey(pem);
  } catch {
    return null;
  }
}

/** The key by which signatures are judged. Only one that the reader gave vouches for anything. */
export interface JudgingKey {
  readonly publicKey: PublicKey;
  readonly isGiven: boolean;
}

const short = (keyid: string): string => plain(keyid.slice(0, 16));

/**
 * Checks the key that the reader gave against the signer's, and gives the key by which signatures are judged: the given
 * one, or for information alone the one in the file where none can be used. Only the former lets this check pass.
 */
export function checkKey(
  checks: Checks,
  given: string | undefined,
  receipt: Record<string, unknown>,
  result: OpenedReceipt,
): JudgingKey | null {
  const carried = read(member(receipt, 'key'));
  const key = read(given);
  const carriesAnother = Object.hasOwn(receipt, 'key') && carried?.keyid !== key?.keyid;
  const signer = result.envelope?.keyid ?? '';
  if (given === undefined) {
    const words =
      'You gave no public key. The file may carry one, but whoever changed a file can sign it anew with a key of their own: ' +
      'ask for cairn.pub where the file was made, and give it.';
    checks.add('key', false, words);
  } else if (!key) {
    checks.add('key', false, 'What you gave as the key is not an ECDSA P-256 public key in PEM: give cairn.pub.');
  } else if (signer !== key.keyid) {
    const words =
      `The ${result.label} says that it is signed by another key (${short(signer)}…) than the one you gave ` +
      `(${short(key.keyid)}…). Either the file is from another installation, or it is not genuine.`;
    checks.add('key', false, words);
  } else if (carriesAnother) {
    checks.add('key', false, `The key in the file is not the one you gave: it was changed. ${GET_AGAIN}`);
  } else {
    checks.add('key', true, `The key you gave (${short(key.keyid)}…) is the signer's.`);
  }
  if (key) return { publicKey: key, isGiven: true };
  return carried && { publicKey: carried, isGiven: false };
}

function wordsForBroken(receipt: OpenedReceipt, key: PublicKey): string {
  const keyid = receipt.envelope?.keyid ?? '';
  if (keyid !== key.keyid) return `${receipt.title} is signed by another key (${short(keyid)}…). ${GET_AGAIN}`;
  const broken = receipt.statement ? brokenSeals(receipt.statement) : [];
  const what = broken.length === 0 ? '' : `, in the ${broken.slice(0, 5).join(', the ')}`;
  return `${receipt.title} was changed after it was signed${what}. ${GET_AGAIN}`;
}

/** Checks one receipt's form and signature; gives whether the signature holds. */
export function checkSignature(checks: Checks, receipt: OpenedReceipt, key: JudgingKey | null): boolean {
  const name = `signature/${receipt.label}`;
  const { envelope } = receipt;
  if (receipt.problem !== null) {
    const words = `${receipt.title} cannot be read: ${receipt.problem} It was damaged or changed. ${GET_AGAIN}`;
    checks.add(`form/${receipt.label}`, false, words);
  }
  if (!envelope || !key) {
    checks.add(
      name,
      false,
      `${receipt.title} could not be checked: there is no ${envelope ? 'key' : 'envelope'} to read.`,
    );
    return false;
  }
  const isTheirs = envelope.keyid === key.publicKey.keyid;
  const holds = isTheirs && verifyEnvelope(envelope, key.publicKey);
  const by = key.isGiven ? 'by the key you gave' : 'by the key in the file, which proves nothing about who made it';
  checks.add(
    name,
    holds,
    holds ? `${receipt.title} is signed ${by}, and unchanged since.` : wordsForBroken(receipt, key.publicKey),
  );
  return holds;
}
