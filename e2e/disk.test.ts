import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cairn } from './src/cairn.ts';
import { demoWords } from './src/demo-home.ts';
import { generatedScene } from './src/scene.ts';

const run = promisify(execFile);

let folder = '';
let mounted = false;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-disk-'));
  // A disk of memory, which only root may mount. The database and MLflow fit into it, the dataset does not.
  mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=150m', 'tmpfs', folder]).then(
    () => true,
    () => false,
  );
});
afterAll(async () => {
  if (mounted) await run('umount', [folder]);
  await rm(folder, { recursive: true, force: true });
});

test('a disk that fills up ends the demo in an error that says so, and with more space it goes on', async (context) => {
  if (!mounted) context.skip('this account may not mount a disk of memory');
  const home = join(folder, 'home');
  const words = demoWords(await generatedScene(), join(folder, 'buildings.geojson'));
  const full = await cairn(words, { home });
  expect(full.stderr).toContain('error: disk-full:');
  expect(full.stderr).toContain('To do: Free some space');
  expect(full.code).toBe(3);
  await run('mount', ['-o', 'remount,size=900m', folder]);
  const grown = await cairn(words, { home });
  expect(grown.code, grown.stderr).toBe(0);
  expect(grown.stdout).toContain('The receipt holds');
}, 600_000);
