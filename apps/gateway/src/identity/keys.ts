import { join } from 'node:path';
import { CairnError } from '@cairn/contracts';
import { generateKey, type PrivateKey, readPrivateKey, writePrivateKey, writePublicKey } from '@cairn/receipt';
import { readSecret, writeWhole } from './secret-file.ts';

/** The key by which an installation signs its receipts: ECDSA P-256, PEM (PKCS#8 and SPKI). */
export interface SigningKeys {
  privateKeyPem: string;
  publicKeyPem: string;
  /** SHA-256 of the public key (SPKI in DER), in hexadecimal, as receipts name it. */
  keyid: string;
  /** Where the private key comes from: its file, or the setting. */
  source: string;
}

/**
 * The signing key: the one that is given, which all gateways of a database share; else that of the state folder, `keys/cairn.key`
 * (0600), made at the first start. The public half is written to `keys/cairn.pub` at every start, so that it is always that of the
 * private one; a private key that is given is not written anywhere.
 * @param given PEM of the setting CAIRN_SIGNING_KEY; empty: none
 * @throws CairnError `input-invalid` where what is given is no key; `internal` where the private key's file is there and holds
 * none: a new key in its place would make every receipt before it look false.
 */
export async function readKeys(home: string, given = ''): Promise<SigningKeys> {
  const file = join(home, 'keys', 'cairn.key');
  const source = given === '' ? file : 'CAIRN_SIGNING_KEY';
  const key = given === '' ? await keyOfFolder(file) : readGiven(given);
  const publicKeyPem = writePublicKey(key.publicKey);
  await writeWhole(join(home, 'keys', 'cairn.pub'), publicKeyPem, 0o644);
  return { privateKeyPem: writePrivateKey(key), publicKeyPem, keyid: key.publicKey.keyid, source };
}

async function keyOfFolder(file: string): Promise<PrivateKey> {
  const held = await readSecret(file);
  if (held === undefined) {
    const key = generateKey();
    await writeWhole(file, writePrivateKey(key), 0o600);
    return key;
  }
  try {
    return readPrivateKey(held);
  } catch (cause) {
    throw new CairnError('internal', `The signing key cannot be read: ${(cause as Error).message}`, {
      where: file,
      action: 'Restore it from a backup. Without it no receipt can be added to those that are there.',
      cause,
    });
  }
}

function readGiven(pem: string): PrivateKey {
  try {
    return readPrivateKey(pem);
  } catch (cause) {
    throw new CairnError('input-invalid', `CAIRN_SIGNING_KEY holds no signing key: ${(cause as Error).message}`, {
      where: 'CAIRN_SIGNING_KEY',
      action: 'Give the PEM of the key that the other gateways of the database have; its lines may be joined to one.',
      cause,
    });
  }
}
