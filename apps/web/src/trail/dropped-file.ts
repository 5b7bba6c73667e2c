import { useSyncExternalStore } from 'react';

/** A file that a reader gave to be checked; `number` tells one from the next of the same name. */
export interface DroppedFile {
  number: number;
  file: File;
}

let current: DroppedFile | undefined;
const readers = new Set<() => void>();

/** Takes a file to be checked, in place of the one before. It is read in the browser and sent nowhere. */
export function giveFile(file: File): void {
  current = { number: (current?.number ?? 0) + 1, file };
  for (const tell of readers) tell();
}

/** The file that is being checked. */
export function useDroppedFile(): DroppedFile | undefined {
  return useSyncExternalStore(follow, () => current);
}

function follow(tell: () => void): () => void {
  readers.add(tell);
  return () => readers.delete(tell);
}
