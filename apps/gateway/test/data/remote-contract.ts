import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { DvcRemote } from '../../src/data/remote/dvc-remote.ts';

/** A remote, and a way to lay an object into it as DVC does: by its path. */
export interface TestRemote {
  remote: DvcRemote;
  lay: (path: string, bytes: Buffer) => Promise<void>;
}

/** What every remote of DVC holds. `open` answers one that may be empty. */
export function describeRemote(name: string, open: () => TestRemote): void {
  describe(`a remote of DVC: ${name}`, () => {
    test('gives an object by its MD5, and says of one that is not there that it is not', async () => {
      const { remote, lay } = open();
      await remote.prepare();
      const bytes = randomBytes(5000);
      const md5 = createHash('md5').update(bytes).digest('hex');
      await lay(`files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`, bytes);
      expect(await remote.has(md5)).toBe(true);
      expect(bytes.equals(await buffer((await remote.open(md5))!))).toBe(true);
      expect(await remote.has(`${md5}.dir`)).toBe(false);
      expect(await remote.open(`${md5}.dir`)).toBeUndefined();
    });

    test('tells where it is, and nothing secret', () => {
      const { remote } = open();
      const told = Object.entries(remote.settings('/home/data'));
      expect(told.map(([key]) => key)).toContain('url');
      for (const secret of Object.values(remote.environment)) expect(told.flat()).not.toContain(secret);
    });
  });
}
