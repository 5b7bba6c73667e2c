import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cairn } from '../src/cairn.ts';
import type { DemoHome } from '../src/demo-home.ts';
import { open } from '../src/gateway.ts';

/** What was found to be wrong is taken back; those who hold a file of it learn so when they ask. */
export function describeRevoke(demo: () => DemoHome): void {
  describe('revoking', () => {
    test('the data of a version takes its predictions along, and verify says so when it can ask', async () => {
      const { home, out } = demo();
      const started = await open({ home });
      try {
        const facts = JSON.parse(await readFile(out, 'utf8')) as {
          'cairn:receipt': { facts: { datasetDigest: { digest: string }; version: string } };
        };
        const { datasetDigest, version } = facts['cairn:receipt'].facts;
        const verify = (...more: string[]) => cairn(['verify', out, ...more], { home });
        const asked = await verify('--server');
        expect([asked.code, asked.stdout]).toEqual([0, expect.stringContaining('knows of no revocation')]);

        const revoke = (...more: string[]) =>
          cairn(['revoke', 'dataset', datasetDigest.digest, '--reason', 'Its labels are wrong.', ...more], { home });
        const would = await revoke('--dry-run');
        expect(would.stdout).toContain(`version ${version}`);
        expect((await verify('--server', started.address)).code).toBe(0);
        const done = await revoke();
        expect([done.code, done.stdout]).toEqual([0, expect.stringContaining(`version ${version}`)]);

        const now = await verify('--server', started.address);
        expect([now.code, now.stdout]).toEqual([
          5,
          expect.stringMatching(/REVOKED: the dataset .*Its labels are wrong/),
        ]);
        expect(now.stdout).not.toContain('is not signed');
        const offline = await verify();
        expect([offline.code, offline.stdout]).toEqual([0, expect.stringContaining('was not asked')]);
        const predict = await cairn(['rollback', version.split('/')[0]!, '--reason', 'Back again.'], { home });
        expect([predict.code, predict.stderr]).toEqual([4, expect.stringContaining('version-not-in-production')]);
      } finally {
        await started.stop();
      }
      const gone = await cairn(['verify', out, '--server', started.address, '--key', join(home, 'keys/cairn.pub')], {
        home,
      });
      expect([gone.code, gone.stderr]).toEqual([3, expect.stringContaining('gateway-unreachable')]);
      expect(gone.stdout).toContain('The receipt holds');
    });
  });
}
