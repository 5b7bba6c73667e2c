import type { BucketAccess } from '../../src/storage/bucket.ts';

/** The S3 store that the suites `*.s3.ts` are told of. */
export const s3Access: BucketAccess = {
  endpoint: process.env['CAIRN_TEST_S3_ENDPOINT'] ?? '',
  region: 'us-east-1',
  bucket: process.env['CAIRN_TEST_S3_BUCKET'] ?? '',
  accessKey: process.env['CAIRN_TEST_S3_ACCESS_KEY'] ?? '',
  secretKey: process.env['CAIRN_TEST_S3_SECRET_KEY'] ?? '',
};
