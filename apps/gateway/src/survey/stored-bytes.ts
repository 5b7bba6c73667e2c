import type { Digest } from '@cairn/contracts';
import type { ObjectStore } from '../storage/objects.ts';

/** Whether bytes are held; where `deep`, whether they still are those of their digest. */
export function isSound(objects: ObjectStore, digest: Digest, deep: boolean): Promise<boolean> {
  return deep ? objects.verify(digest) : objects.has(digest);
}
