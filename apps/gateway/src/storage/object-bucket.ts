import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Digest } from '@cairn/contracts';
import type { Bucket } from './bucket.ts';

/** The bytes of an object store in a bucket, under the same names as in its folder: `sha256/ab/cdef…`. */
export class ObjectBucket {
  readonly #bucket: Bucket;

  constructor(options: { bucket: Bucket }) {
    this.#bucket = options.bucket;
  }

  /** Takes the bytes of a file, whose digest the caller has taken; it is there whole or not at all. */
  async put(digest: Digest, file: string): Promise<void> {
    await this.#bucket.put(keyOf(digest), createReadStream(file));
  }

  /** Whether bytes of this digest are held. */
  async has(digest: Digest): Promise<boolean> {
    return this.#bucket.has(keyOf(digest));
  }

  /** Their size; undefined where they are not held. */
  async size(digest: Digest): Promise<number | undefined> {
    return this.#bucket.size(keyOf(digest));
  }

  /** Streams them; undefined where they are not held. The caller hashes them. */
  async open(digest: Digest): Promise<Readable | undefined> {
    return this.#bucket.find(keyOf(digest));
  }
}

function keyOf(digest: Digest): string {
  return `sha256/${digest.slice(7, 9)}/${digest.slice(9)}`;
}
