import { join } from 'node:path';
import { CairnError } from '@cairn/contracts';
import { generateKey, readPrivateKey, writePrivateKey, writePublicKey } from '@cairn/receipt';
import { readSecret, writeWhole } from './secret-file.ts';

/** The key by which an installation signs its receipts: ECDSA P-256, PEM (PKCS#8 and SPKI). */
export interface SigningKeys {
  privateKeyPem: string;
  publicKeyPem: string;
}

/**
 * The signing key of a state folder: `keys/cairn.key` (0600) and `keys/cairn.pub`, made at the first start. The public
 * half is written anew at every start, so that it is always that of the private one.
 * @throws CairnError `internal` where the private key's file is there and holds no key: a new key in its place would make
 * every receipt before it look false.
 */
export async function readKeys(home: string): Promise<SigningKeys> {
  const file = join(home, 'keys', 'cairn.key');
  const held = await readSecret(file);
  const privateKeyPem = held ?? writePrivateKey(generateKey());
  if (held === undefined) await writeWhole(file, privateKeyPem, 0o600);
  const publicKeyPem = writePublicKey(readKey(privateKeyPem, file).publicKey);
  await writeWhole(join(home, 'keys', 'cairn.pub'), publicKeyPem, 0o644);
  return { privateKeyPem, publicKeyPem };
}

function readKey(pem: string, file: string): ReturnType<typeof readPrivateKey> {
  try {
    return readPrivateKey(pem);
  } catch (cause) {
    throw new CairnError('internal', `The signing key cannot be read: ${(cause as Error).message}`, {
      where: file,
      action: 'Restore it from a backup. Without it no receipt can be added to those that are there.',
      cause,
    });
  }
}
