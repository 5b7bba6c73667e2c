import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CheckedPackage, checkPackage } from '../../src/registry/package/check.ts';
import { ImageBuilder } from '../../src/registry/package/image-builder.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { Children } from '../../src/supervise/child.ts';
import { tinyPackage, upload } from './package-fixture.ts';
import { quietLogger } from './quiet.ts';
import { context } from './registration-fixture.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const image = `registry.example.org:5000/maps/tiny@${digest}`;

let home: string;
let objects: ObjectStore;
let checked: CheckedPackage;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cairn-image-'));
  objects = new ObjectStore({ root: join(home, 'objects') });
  checked = await checkPackage(await upload(objects, tinyPackage()), objects);
});
afterAll(async () => rm(home, { recursive: true, force: true }));

/** A builder whose `docker` is this shell script: no engine runs here, so what is held is how the command is spoken to. */
async function builder(name: string, script: string, required = true) {
  const bin = join(home, name);
  await mkdir(bin);
  const told = join(bin, 'told');
  await writeFile(join(bin, 'docker'), `#!/bin/sh\nprintf '%s\\n' "$*" >>'${told}'\n${script}\n`, { mode: 0o755 });
  const environment = { PATH: `${bin}:${process.env.PATH ?? ''}` };
  const children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment,
    logger: quietLogger(),
  });
  const workFolder = join(home, 'work');
  const options = { registry: 'registry.example.org:5000/maps', required, children, objects, environment, workFolder };
  return {
    builder: new ImageBuilder(options),
    told: async () => (await readFile(told, 'utf8')).trim().split('\n'),
  };
}

describe('the image of a package', () => {
  it('is built from its own files, pushed, and named by the digest that the registry answered', async () => {
    const names = JSON.stringify([`elsewhere/tiny@sha256:${'0'.repeat(64)}`, image]);
    const made = await builder(
      'whole',
      `[ "$1" != build ] || ls "$8" >'${home}/seen'; [ "$1" != image ] || echo '${names}'`,
    );
    expect(await made.builder.build(checked, context())).toBe(image);
    const tag = `registry.example.org:5000/maps/tiny:${checked.digest.slice(7)}`;
    const folder = join(home, 'work', 'job', 'image');
    expect(await made.told()).toEqual([
      `build --tag ${tag} --label org.cairn.package=${checked.digest} --file ${join(folder, 'Dockerfile')} ${folder}`,
      `push ${tag}`,
      `image inspect --format {{json .RepoDigests}} ${tag}`,
    ]);
    const seen = (await readFile(join(home, 'seen'), 'utf8')).trim().split('\n');
    expect(seen).toContain('MLproject');
    expect(seen).not.toContain('versions');
  });

  it('that cannot be pushed is told with what docker said', async () => {
    const made = await builder('denied', `[ "$1" != push ] || { echo 'denied: no such account' >&2; exit 1; }`);
    await expect(made.builder.build(checked, context())).rejects.toMatchObject({
      code: 'image-failed',
      message: expect.stringContaining('docker push failed: denied: no such account') as string,
    });
  });

  it('without a digest is none', async () => {
    const made = await builder('untold', `[ "$1" != image ] || echo '[]'`);
    await expect(made.builder.build(checked, context())).rejects.toMatchObject({ code: 'image-failed' });
  });

  it('is left out, and the log says why, where the configuration lets it', async () => {
    const lines: string[] = [];
    const made = await builder('left-out', `echo 'Cannot connect to the Docker daemon' >&2; exit 1`, false);
    expect(await made.builder.build(checked, context({ log: (line) => void lines.push(line) }))).toBeNull();
    expect(lines.at(-1)).toMatch(/^image: none, the environment is locked instead: .*Cannot connect/);
  });

  it('ends when it is cancelled', async () => {
    const over = new AbortController();
    const made = await builder('endless', `echo begun; exec sleep 600`, false);
    const job = context({ signal: over.signal, log: () => over.abort(new Error('not wanted')) });
    await expect(made.builder.build(checked, job)).rejects.toThrow('not wanted');
  });

  it('is told missing by docker itself where it has no engine, or where there is no docker', async () => {
    const environment = { PATH: process.env.PATH ?? '', DOCKER_HOST: `unix://${home}/no-engine.sock` };
    const children = new Children({
      runFolder: join(home, 'run'),
      logFolder: join(home, 'logs'),
      environment,
      logger: quietLogger(),
    });
    const options = { registry: 'localhost:1', required: true, children, objects, environment, workFolder: home };
    await expect(new ImageBuilder(options).build(checked, context())).rejects.toMatchObject({
      code: 'image-failed',
      message: expect.stringMatching(/docker build failed: .*daemon|The program docker was not found/is) as string,
    });
  });
});
