import { Readable } from 'node:stream';
import { BucketRemote } from '../../src/data/remote/bucket-remote.ts';
import { Bucket } from '../../src/storage/bucket.ts';
import { s3Access } from '../storage/s3-access.ts';
import { describeRemote } from './remote-contract.ts';

describeRemote('a bucket', () => ({
  remote: new BucketRemote({ access: s3Access }),
  lay: (path, bytes) => new Bucket({ access: s3Access }).put(path, Readable.from([bytes])),
}));
