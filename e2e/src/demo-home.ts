import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cairn, repository, type Ended } from './cairn.ts';
import { generatedScene } from './scene.ts';

/** A state folder in which the demo has run, and what it told. */
export interface DemoHome {
  home: string;
  out: string;
  ended: Ended;
  seconds: number;
  remove(): Promise<void>;
}

/** Runs `cairn demo --once` in an empty state folder, on the generated scene or on a folder of real chips. */
export async function demoHome(scene?: string): Promise<DemoHome> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-e2e-'));
  const home = join(folder, 'home');
  const out = join(folder, 'buildings.geojson');
  const begin = performance.now();
  const ended = await cairn(demoWords(scene ?? (await generatedScene()), out), { home });
  return {
    home,
    out,
    ended,
    seconds: (performance.now() - begin) / 1000,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The demo's words for a scene, and the folder of a package. */
export function demoWords(scene: string, out: string, model = join(repository, 'models/building-detector')): string[] {
  return ['demo', '--once', '--port', '0', '--scene', scene, '--package', model, '--out', out];
}

/** A copy of a state folder, for a test that changes it. */
export async function copyHome(home: string): Promise<string> {
  const copy = join(await mkdtemp(join(tmpdir(), 'cairn-e2e-')), 'home');
  await cp(home, copy, { recursive: true, filter: (path) => !/\/(lock|run)$/.test(path) });
  return copy;
}
