import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestHex, digestOf } from '@cairn/receipt';
import { copyPackage } from '../package-copy.ts';

/** Packages of the lock that are torch's build for graphics cards, and what that alone needs. */
const forCards = /^(torch|triton|nvidia-.+|cuda-.+)==/;

/** What torch 1.13 does not know: a parameter that later ones take, and the arrays of numpy 2. */
const older: Record<string, [string, string]> = {
  'building_detector/export.py': ['            dynamo=False,\n', ''],
  'building_detector/fit.py': [
    'torch.from_numpy(array) for array',
    'torch.frombuffer(array, dtype=torch.float32).reshape(array.shape) for array',
  ],
};

/**
 * A copy of the Building Detector whose image holds no CUDA: 2.4 GB, where that of its own lock takes several times as much. Its
 * lock is the package's without torch, which is Debian's 1.13; two lines of its code are made fit for that.
 * @param base image with Debian 12 that its own is built from
 */
export async function cpuPackage(folder: string, base: string): Promise<string> {
  const copy = await copyPackage(folder, 'cpu');
  const change = async (path: string, by: (text: string) => string): Promise<void> => {
    const file = join(copy, path);
    const text = await readFile(file, 'utf8');
    const changed = by(text);
    if (changed === text) throw new Error(`${path} of the package is not as this test knows it.`);
    await writeFile(file, changed);
  };
  const dockerfile = await readFile(new URL('Dockerfile', import.meta.url), 'utf8');
  await change('Dockerfile', () => dockerfile.replace(/^ARG BASE=.*$/m, `ARG BASE=${base}`));
  await change('requirements.lock', withoutCards);
  for (const [path, [before, after]] of Object.entries(older)) {
    await change(path, (text) => text.replace(before, after));
  }
  const item = await readFile(join(copy, 'stac-item.json'), 'utf8');
  const described = JSON.parse(item) as { assets: Record<string, Record<string, unknown>> };
  for (const [name, path] of [
    ['environment', 'requirements.lock'],
    ['container', 'Dockerfile'],
  ] as const) {
    const bytes = await readFile(join(copy, path));
    const pinned = { 'file:checksum': `1220${digestHex(digestOf(bytes))}`, 'file:size': bytes.length };
    Object.assign(described.assets[name]!, pinned);
  }
  await writeFile(join(copy, 'stac-item.json'), JSON.stringify(described, null, 2));
  return copy;
}

/** The lock without these packages: each begins a line, and goes on in indented ones. */
function withoutCards(lock: string): string {
  const packages = lock.split(/^(?=\S)/m);
  return packages.filter((one) => !forCards.test(one)).join('');
}
