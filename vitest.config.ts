import { defineConfig } from 'vitest/config';

// Suites with real servers (MLflow, DVC, PostgreSQL, a browser) sit beside the rest: two cores share them, so files run
// two at a time and the limits are those of a slow machine.
export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'samples/test/**/*.test.ts',
      'e2e/**/*.test.ts',
    ],
    setupFiles: ['tools/property-seed.ts'],
    // For the tests that use ONNX Runtime themselves.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
});
