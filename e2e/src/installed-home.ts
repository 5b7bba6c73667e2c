import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnClient } from '@cairn/contracts';
import { cairn } from './cairn.ts';
import { demoWords, type DemoHome } from './demo-home.ts';
import type { Installed } from './installed.ts';
import { generatedScene } from './scene.ts';

/**
 * As `demoHome`, on an installation: the state is its own, and what is here holds what a person would have of it, the token and
 * the public key. @param model folder of the package; left out: the Building Detector's.
 */
export async function installedHome({ address, token }: Installed, model?: string): Promise<DemoHome> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-e2e-'));
  const home = join(folder, 'home');
  const out = join(folder, 'buildings.geojson');
  await mkdir(join(home, 'keys'), { recursive: true });
  await writeFile(join(home, 'token'), `${token}\n`, { mode: 0o600 });
  await writeFile(join(home, 'keys', 'cairn.pub'), await new CairnClient({ address, token }).publicKey());
  const begin = performance.now();
  const ended = await cairn(demoWords(await generatedScene(), out, model), { home });
  return {
    home,
    out,
    ended,
    seconds: (performance.now() - begin) / 1000,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
