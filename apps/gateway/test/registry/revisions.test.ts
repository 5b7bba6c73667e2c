import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, filesetDigest, openBundle, readStatement } from '@cairn/receipt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Link, StacItem } from '../../src/catalog/item.ts';
import { versionExtension } from '../../src/catalog/version-extension.ts';
import { modelRoutes } from '../../src/registry/model-routes.ts';
import { Children } from '../../src/supervise/child.ts';
import { DockerEngine } from '../../src/registry/package/docker-engine.ts';
import { ImageBuilder } from '../../src/registry/package/image-builder.ts';
import { Models } from '../../src/registry/models.ts';
import { findRevision, listRevisions } from '../../src/registry/package/revision.ts';
import { versionsFolder } from '../../src/registry/package/files.ts';
import { startIdentity } from '../identity/gateway.ts';
import { tinyPackage, upload } from './package-fixture.ts';
import { quietLogger } from './quiet.ts';
import { barePackage, context, openRegistration } from './registration-fixture.ts';

let parts: Awaited<ReturnType<typeof openRegistration>>;
beforeAll(async () => {
  parts = await openRegistration();
});
afterAll(async () => parts.close());

const linksOf = (item: StacItem): Record<string, string> =>
  Object.fromEntries((item['links'] as Link[]).map(({ rel, href }) => [rel, href.split('/').at(-1)!]));

describe('the revisions of a model', () => {
  it('stay in the catalogue, linked one to the next, the newest under the model’s own name', async () => {
    const first = await parts.register(barePackage('grows'));
    expect(linksOf(await parts.catalog.get('models', 'grows'))).toEqual({ 'latest-version': 'grows' });
    const second = await parts.register(barePackage('grows', { 'tiny/more.py': 'pass\n' }));
    const third = await parts.register(barePackage('grows', { 'tiny/more.py': 'raise\n' }));
    const id = ({ packageDigest }: { packageDigest: string }): string => `grows@${packageDigest.slice(7, 19)}`;
    const address = (result: { packageDigest: string }): string => encodeURIComponent(id(result));

    const newest = await parts.catalog.get('models', 'grows');
    expect(newest['stac_extensions']).toContain(versionExtension);
    expect(newest['properties']).toMatchObject({
      'cairn:package_digest': third.packageDigest,
      version: '3',
      deprecated: false,
    });
    expect(linksOf(newest)).toEqual({ 'predecessor-version': address(second), 'latest-version': 'grows' });
    const middle = await parts.catalog.get('models', id(second));
    expect(middle['properties']).toMatchObject({
      'cairn:package_digest': second.packageDigest,
      version: '2',
      deprecated: true,
    });
    expect(linksOf(middle)).toEqual({
      'predecessor-version': address(first),
      'successor-version': 'grows',
      'latest-version': 'grows',
    });
    expect(linksOf(await parts.catalog.get('models', id(first)))).toEqual({
      'successor-version': address(second),
      'latest-version': 'grows',
    });
  });

  it('are not put in another order by registering an earlier content once more', async () => {
    await parts.register(barePackage('returns'));
    const newest = await parts.register(barePackage('returns', { 'tiny/more.py': 'pass\n' }));
    expect(await parts.register(barePackage('returns'))).toMatchObject({ changed: false });
    const [latest, earlier] = await listRevisions(parts.database, 'returns');
    expect([latest?.package_digest, latest?.number, earlier?.number]).toEqual([newest.packageDigest, 2, 1]);
  });

  it('name code, environment and archive by digest, also where the package’s author did not', async () => {
    const { packageDigest } = await parts.register(barePackage('pinned'));
    const { assets } = (await parts.catalog.get('models', 'pinned')) as unknown as {
      assets: Record<string, { href: string; roles: string[]; 'file:checksum': string }>;
    };
    const multihash = (digest: string): string => `1220${digest.slice(7)}`;
    expect(assets['code']?.['file:checksum']).toBe(multihash(digestOf(tinyPackage()['tiny/__init__.py']!)));
    expect(assets['environment-lock']).toMatchObject({
      'file:checksum': multihash(digestOf(tinyPackage()['requirements.lock']!)),
      href: `/models/pinned/revisions/${packageDigest}/files/requirements.lock`,
    });
    const revision = await findRevision(parts.database, 'pinned', packageDigest);
    expect(assets['archive']).toMatchObject({
      'file:checksum': multihash(revision!.archive!),
      href: `/models/pinned/revisions/${packageDigest}/archive`,
    });
    expect(assets['image']).toBeUndefined();
  });

  it('lie where the data of the model’s versions lie; without one, where the package says', async () => {
    await parts.register(barePackage('unplaced'));
    expect((await parts.catalog.get('models', 'unplaced'))['properties']).toMatchObject({ 'cairn:place': 'declared' });
    await parts.register(tinyPackage());
    expect(await parts.catalog.get('models', 'tiny')).toMatchObject({
      bbox: [85.5, 27.2, 86.6, 27.7],
      properties: { 'cairn:place': 'computed' },
    });
  });
});

describe('the image of a model', () => {
  it('is pinned in item, row and receipt by the digest that was pushed, and made once', async () => {
    const bin = await mkdtemp(join(tmpdir(), 'cairn-docker-'));
    const image = `localhost:5000/imaged@${digestOf('an image')}`;
    const script = `#!/bin/sh\necho x >>'${bin}/told'\n[ "$1" != image ] || echo '["${image}"]'\n`;
    await writeFile(join(bin, 'docker'), script, { mode: 0o755 });
    const environment = { PATH: `${bin}:${process.env.PATH ?? ''}` };
    const folders = { runFolder: join(bin, 'run'), logFolder: join(bin, 'logs') };
    const children = new Children({ ...folders, environment, logger: quietLogger() });
    const options = {
      engine: new DockerEngine({ children, environment }),
      registry: 'localhost:5000',
      required: true,
      workFolder: join(bin, 'work'),
    };
    const register = parts.process({ images: new ImageBuilder({ ...options, objects: parts.objects }) });
    const files = await upload(parts.objects, barePackage('imaged'));
    try {
      expect(await parts.register(barePackage('imaged'))).toMatchObject({ image: null, changed: true });
      const result = await register.run({ files }, context());
      expect(result).toMatchObject({ image, changed: true });
      expect(await register.run({ files }, context())).toMatchObject({ image, changed: false });
      expect((await readFile(join(bin, 'told'), 'utf8')).trim().split('\n')).toHaveLength(3);
      expect(await findRevision(parts.database, 'imaged', result.packageDigest)).toMatchObject({ image, number: 1 });
      const { assets } = (await parts.catalog.get('models', 'imaged')) as unknown as { assets: { image: object } };
      expect(assets.image).toMatchObject({
        href: `http://localhost:5000/v2/imaged/manifests/${digestOf('an image')}`,
        'file:checksum': `1220${digestOf('an image').slice(7)}`,
      });
      const bundle = openBundle(await parts.receipts.get(parts.database, result.receipt!));
      expect(readStatement(bundle.payload).predicate.facts.imageDigest).toEqual({
        value: digestOf('an image'),
        known: 'witnessed',
        source: image,
      });
    } finally {
      await rm(bin, { recursive: true, force: true });
    }
  });
});

describe('the archive of a revision', () => {
  const long = `tiny/${'very/'.repeat(30)}module_über.py`;

  it('holds every file of the package, so that its digest can be computed again, and nothing else', async () => {
    const files = barePackage('kept', { [long]: 'pass\n', 'empty.txt': '' });
    const { packageDigest } = await parts.register(files);
    const revision = await findRevision(parts.database, 'kept', packageDigest);
    const folder = await mkdtemp(join(tmpdir(), 'cairn-archive-'));
    try {
      await writeFile(join(folder, 'a.tar'), await parts.objects.readAll(revision!.archive!));
      const listed = execFileSync('tar', ['-tf', 'a.tar', '--quoting-style=literal'], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      });
      const paths = listed.trim().split('\n');
      const own = Object.keys(files).filter((path) => path !== 'card.md' && !path.startsWith(`${versionsFolder}/`));
      expect(paths).toEqual(own.sort());
      execFileSync('tar', ['-xf', 'a.tar'], { cwd: folder });
      const read = async (path: string): Promise<Buffer> => readFile(join(folder, path));
      const digests = paths.map(async (path) => ({ path, digest: digestOf(await read(path)) }));
      expect(filesetDigest(await Promise.all(digests))).toBe(packageDigest);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is the same for the same content, under whatever name and whenever it is made', async () => {
    const first = await parts.register(barePackage('once'));
    const archive = (await findRevision(parts.database, 'once', first.packageDigest))!.archive!;
    await parts.database.query("update cairn.revision set archive = null where model = 'once'");
    expect(await parts.register(barePackage('once'))).toMatchObject({ changed: true });
    expect((await findRevision(parts.database, 'once', first.packageDigest))?.archive).toBe(archive);
  });

  it('is given out, beside the list of models with their revisions', async () => {
    const { packageDigest } = await parts.register(barePackage('asked'));
    const models = new Models(parts);
    const gateway = await startIdentity(() => [modelRoutes({ ...parts, models })]);
    try {
      const ask = (url: string) =>
        gateway.app.inject({
          url,
          headers: { host: '127.0.0.1', authorization: `Bearer ${gateway.token}` },
        });
      const shown = (await ask('/models/asked')).json<{ revisions: { archive: string }[] }>();
      expect(shown).toMatchObject({ id: 'asked', licence: 'Apache-2.0', versions: 0, revisions: [{ number: 1 }] });
      expect((await ask('/models')).json()).toContainEqual(shown);
      const archive = await ask(`/models/asked/revisions/${packageDigest}/archive`);
      expect([archive.statusCode, digestOf(archive.rawPayload)]).toEqual([200, shown.revisions[0]?.archive]);
      for (const [url, status] of [
        ['/models/none', 404],
        ['/models/No', 400],
        [`/models/asked/revisions/${digestOf('none')}/archive`, 404],
        ['/models/asked/revisions/newest/archive', 400],
      ] as const) {
        expect((await ask(url)).statusCode).toBe(status);
      }
    } finally {
      await gateway.close();
    }
  });
});
