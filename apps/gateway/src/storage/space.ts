import { statfs } from 'node:fs/promises';

/** Less than this and programs fail at writing, each in its own words. */
const leastBytes = 1024 * 1024;

/** Whether the disk of a folder is full. */
export async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < leastBytes;
}
