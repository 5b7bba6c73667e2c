import { defineConfig } from 'vitest/config';

// What needs the services of deploy/compose, run by tools/test-compose.sh.
export default defineConfig({
  test: {
    include: ['apps/*/test/**/*.s3.ts', 'apps/gateway/test/db/postgres.test.ts', 'e2e/**/*.compose.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 1,
  },
});
