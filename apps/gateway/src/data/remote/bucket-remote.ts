import type { Readable } from 'node:stream';
import { Bucket, type BucketAccess } from '../../storage/bucket.ts';
import { type DvcRemote, remotePath } from './dvc-remote.ts';

/** A bucket of an S3 store as DVC's remote; somebody else makes it, and gives this gateway its keys. */
export class BucketRemote implements DvcRemote {
  readonly environment: Record<string, string>;
  readonly #access: BucketAccess;
  readonly #bucket: Bucket;

  constructor(options: { access: BucketAccess }) {
    const { accessKey, secretKey } = options.access;
    this.#access = options.access;
    this.#bucket = new Bucket(options);
    // As the S3 client of dvc looks for them; in the configuration they would be committed.
    this.environment = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
  }

  /** @inheritdoc */
  settings(): Record<string, string> {
    const { bucket, endpoint, region } = this.#access;
    return { url: `s3://${bucket}`, endpointurl: endpoint, region };
  }

  /** @inheritdoc */
  prepare(): Promise<void> {
    return Promise.resolve();
  }

  /** @inheritdoc */
  async has(md5: string): Promise<boolean> {
    return this.#bucket.has(remotePath(md5));
  }

  /** @inheritdoc */
  async open(md5: string): Promise<Readable | undefined> {
    return this.#bucket.find(remotePath(md5));
  }
}
