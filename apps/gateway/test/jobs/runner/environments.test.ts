import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { Environments } from '../../../src/jobs/runner/process/environments.ts';

const home = await mkdtemp(join(tmpdir(), 'cairn-environments-'));
afterAll(() => rm(home, { recursive: true, force: true }));
let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(home, 'e-')), 'environments');
});

const never = new AbortController().signal;
const standing = async () => (await readdir(folder)).filter((name) => name !== 'building');

it('keeps an environment that came to be whole, and removes one that did not', async () => {
  const first = await new Environments({ folder }).begin(never);
  await mkdir(join(folder, 'whole'));
  first.whole();
  first.end();
  await expect.poll(() => readdir(folder)).toEqual(['whole']);

  // This one is killed, with its gateway or alone: nobody says that it is whole.
  const environments = new Environments({ folder });
  const killed = await environments.begin(never);
  await mkdir(join(folder, 'half', 'bin'), { recursive: true });
  killed.end();

  (await environments.begin(never)).end();
  expect(await standing()).toEqual(['whole']);
});

it('lets one be built at a time, the next when it is whole', async () => {
  const environments = new Environments({ folder });
  const first = await environments.begin(never);
  let begun = false;
  const second = environments.begin(never).then((building) => {
    begun = true;
    return building;
  });
  await mkdir(join(folder, 'first'));
  expect(begun).toBe(false);
  first.whole();
  const building = await second;
  first.end();
  // The end of the first is not taken for the end of the second.
  expect(await readdir(folder)).toEqual(['building', 'first']);
  building.end();
});

it('does not keep one waiting that is cancelled, nor the next behind it', async () => {
  const environments = new Environments({ folder });
  const first = await environments.begin(never);
  const controller = new AbortController();
  const second = environments.begin(controller.signal);
  const third = environments.begin(never);
  controller.abort(new Error('not wanted any more'));
  await expect(second).rejects.toThrow('not wanted any more');
  first.whole();
  (await third).end();
});
