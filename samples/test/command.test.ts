import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromFile } from 'geotiff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderDigest } from './folder.ts';

const SCRIPT = fileURLToPath(new URL('../scene.ts', import.meta.url));

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'scene-command-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

function scene(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--import', 'tsx', SCRIPT, ...args], { encoding: 'utf8' });
}

describe('the scene command', () => {
  it('explains itself', () => {
    const { status, stdout } = scene('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('--imagery-only');
  });

  it('draws one image of any size, with overviews and without leftovers', async () => {
    const { status, stderr } = scene('--imagery-only', '--size', '700', '--out', join(scratch, 'big.tif'));
    expect(stderr).toContain('100 %');
    expect(status).toBe(0);
    expect(await readdir(scratch)).toEqual(['big.tif']);
    const tiff = await fromFile(join(scratch, 'big.tif'));
    expect(await tiff.getImageCount()).toBe(2);
    expect((await tiff.getImage()).getWidth()).toBe(700);
    await tiff.close();
  });

  it('draws the default scene with the same bytes on every machine', { timeout: 600_000 }, async () => {
    const folder = join(scratch, 'default');
    expect(scene('--out', folder).status).toBe(0);
    expect(await readdir(join(folder, 'chips'))).toHaveLength(45);
    expect(await folderDigest(folder)).toBe('80161a1f7c812a977b95f6d99d374c25a04f2b835d194e8ff32d34c4ab0123ea');
  });

  it.each([
    [[], /--out is missing/],
    [['--out', 'x', '--size', '700'], /multiple of 512/],
    [['--out', 'x', '--sise', '1024'], /--sise/],
  ])('refuses %j with exit code 2 and a hint', (args, message) => {
    const { status, stderr } = scene(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toContain('--help');
    expect(status).toBe(2);
  });

  it('ends with exit code 1 when the folder cannot be written', () => {
    const { status, stderr } = scene('--out', SCRIPT, '--size', '1024');
    expect(stderr).toMatch(/scene\.ts/);
    expect(status).toBe(1);
  });
});
