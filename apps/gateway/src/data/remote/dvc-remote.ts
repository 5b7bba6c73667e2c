import type { Readable } from 'node:stream';

/**
 * Where DVC pushes what it pins, as `files/md5/ab/cdef…`: a folder of the state folder, or a bucket of an S3 store. One
 * contract suite holds both (`test/data/remote-contract.ts`).
 */
export interface DvcRemote {
  /** What dvc's processes are given beside the rest: by what the remote lets them in. */
  readonly environment: Record<string, string>;
  /** What the configuration of the DVC repository in this folder says of it, by name. Nothing secret: it is committed. */
  settings(repository: string): Record<string, string>;
  /** Makes it where it is not there and can be made. */
  prepare(): Promise<void>;
  /** Whether an object is there, by its MD5: 32 digits, with `.dir` behind that of a folder's list. */
  has(md5: string): Promise<boolean>;
  /** Streams an object; undefined where it is not there. */
  open(md5: string): Promise<Readable | undefined>;
}

/** Where an object lies in a remote. */
export function remotePath(md5: string): string {
  return `files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;
}
