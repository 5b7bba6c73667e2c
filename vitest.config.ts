import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first, those of the whole program: begun last, they would run on alone. */
class WholeFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isWhole = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/e2e/');
    return [...sorted.filter(isWhole), ...sorted.filter((file) => !isWhole(file))];
  }
}

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
    sequence: { sequencer: WholeFirst },
  },
});
