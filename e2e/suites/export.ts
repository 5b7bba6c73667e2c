import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cairn } from '../src/cairn.ts';
import type { DemoHome } from '../src/demo-home.ts';
import { open } from '../src/gateway.ts';

/** `cairn export`: with a server and without one. */
export function describeExport(demo: () => DemoHome): void {
  describe('export', () => {
    let folder = '';
    beforeAll(() => {
      folder = join(demo().home, '..');
    });
    const run = (...words: string[]) => cairn(words, { home: demo().home });

    test('a prediction from the server and its file without one give the same bytes, and verify holds', async () => {
      const started = await open({ home: demo().home });
      try {
        const answer = await fetch(`${started.address}/predictions`, {
          headers: { authorization: `Bearer ${(await readFile(join(demo().home, 'token'), 'utf8')).trim()}` },
        });
        const [{ id } = { id: '' }] = (await answer.json()) as { id: string }[];
        const out = join(folder, 'served.fgb');
        expect(await run('export', id, '--out', out)).toMatchObject({ code: 0 });
      } finally {
        await started.stop();
      }
      const out = join(folder, 'converted.fgb');
      expect(await run('export', demo().out, '--out', out)).toMatchObject({ code: 0 });
      expect((await readFile(out)).equals(await readFile(join(folder, 'served.fgb')))).toBe(true);
      const { code, stdout } = await run('verify', out);
      expect(stdout).toContain('The receipt holds');
      expect(code).toBe(0);
    });

    test('a file whose features were changed is not exported, and nothing is left of the try', async () => {
      const changed = join(folder, 'changed.geojson');
      await writeFile(changed, (await readFile(demo().out, 'utf8')).replace(/"confidence":0\.\d+/, '"confidence":1'));
      const { code, stderr } = await run('export', changed, '--out', join(folder, 'no.gpkg'));
      expect(code).toBe(4);
      expect(stderr).toContain('digest-mismatch');
      expect((await readdir(folder)).filter((name) => name.startsWith('no'))).toEqual([]);
    });
  });
}
