import { expect } from 'vitest';
import { type Verification, verifyFeatureCollection } from '../src/index.ts';
import { PUBLIC_KEY_PEM } from './trail.ts';

/** Verifies a file under the installation's key. */
export const verify = (file: unknown): Verification => verifyFeatureCollection(file, { publicKeyPem: PUBLIC_KEY_PEM });

/** The words of the checks that fail, by the check's name. */
export function failures(file: unknown): Record<string, string> {
  const { ok, checks } = verify(file);
  const failed = checks.filter((check) => !check.ok).map(({ name, words }) => [name, words]);
  expect(ok).toBe(failed.length === 0);
  return Object.fromEntries(failed) as Record<string, string>;
}
