import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CairnError, type Digest } from '@cairn/contracts';
import { fetchWeights, isAddress } from './fetched-weights.ts';

/**
 * Reads weights whose SHA-256 has to be the registered one, from a file or an address in the registry. The bytes that were
 * hashed are those that are loaded, so that nobody can change them in between.
 * @throws CairnError `not-found` where there is no such file, `weights-unavailable` where they cannot be fetched,
 * `weights-digest-mismatch` where they are other bytes.
 */
export async function readWeights(
  { source, digest, token }: { source: string; digest: Digest; token?: string },
  pauses?: readonly number[],
): Promise<Uint8Array> {
  const bytes = isAddress(source) ? await fetchWeights(source, token, pauses) : await readLocal(source);
  const found = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (found !== digest) {
    throw new CairnError('weights-digest-mismatch', `The weights are ${found}, but ${digest} was registered.`, {
      where: source,
      action: 'Register the version again from its package, or restore the object store from a backup.',
    });
  }
  return bytes;
}

async function readLocal(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new CairnError('not-found', `The weights cannot be read: ${(cause as Error).message}.`, {
      where: file,
      cause,
    });
  }
}
