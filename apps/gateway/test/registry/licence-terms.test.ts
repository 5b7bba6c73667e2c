import { describe, expect, it } from 'vitest';
import { judgeLicence } from '../../src/registry/licence-terms.ts';

describe('a licence', () => {
  it.each([
    ['CC0-1.0', 'own', 0, []],
    ['CC-BY-4.0 AND ODbL-1.0', 'open', 0, []],
    ['CC-BY-4.0 AND ODbL-1.0', 'own', 1, []],
    ['CC-BY-NC-4.0', 'relief', 0, []],
    ['CC-BY-NC-4.0', 'open', 1, []],
    ['CC-BY-NC-SA-4.0', 'own', 2, []],
    ['CC-BY-NC-ND-4.0', 'relief', 1, []],
    ['CC-BY-ND-4.0', 'open', 1, []],
    ['CC-BY-NC-4.0 OR MIT', 'open', 0, []],
    ['(MIT OR CC-BY-NC-4.0) AND CC-BY-ND-4.0', 'open', 1, []],
    ['GPL-3.0-or-later WITH GCC-exception-3.1', 'open', 0, []],
    ['other', 'open', 0, ['other']],
    ['MIT AND Secret-1.0', 'open', 0, ['Secret-1.0']],
    ['not told', 'open', 0, ['not told']],
    ['(MIT', 'open', 0, []],
  ] as const)('%s for the use %s has %i conflicts and leaves %j to a person', (licence, use, conflicts, unknown) => {
    const verdict = judgeLicence(licence, use);
    expect([verdict.conflicts.length, verdict.unknown]).toEqual([conflicts, unknown]);
  });

  it('says what it forbids', () => {
    expect(judgeLicence('CC-BY-NC-4.0', 'open').conflicts).toEqual(['CC-BY-NC-4.0 forbids commercial use']);
  });
});
