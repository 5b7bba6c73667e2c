import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CairnError, type Digest } from '@cairn/contracts';

/**
 * Reads a file of weights whose SHA-256 has to be the registered one. The bytes that were hashed are those that are
 * loaded, so that nobody can change the file in between.
 * @throws CairnError `not-found` where there is no such file, `weights-digest-mismatch` where it holds other bytes.
 */
export async function readWeights(file: string, digest: Digest): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new CairnError('not-found', `The weights cannot be read: ${(cause as Error).message}.`, {
      where: file,
      cause,
    });
  }
  const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (found !== digest) {
    throw new CairnError('weights-digest-mismatch', `The weights are ${found}, but ${digest} was registered.`, {
      where: file,
      action: 'Register the version again from its package, or restore the object store from a backup.',
    });
  }
  return bytes;
}
