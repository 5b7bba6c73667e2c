import { defineConfig } from 'vitest/config';

// The suites that need a cluster, run by tools/test-cluster.sh.
export default defineConfig({
  test: {
    include: ['apps/*/test/**/*.{cluster,s3}.ts', 'e2e/*.cluster.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
