import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CairnError, type GitProof } from '@cairn/contracts';
import { digestOf, openBundle, readPublicKey, readStatement, verifyEnvelope } from '@cairn/receipt';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApp } from '../../src/app.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import type { Queryable } from '../../src/db/database.ts';
import type { StacItem } from '../../src/catalog/item.ts';
import { checkPackage } from '../../src/registry/package/check.ts';
import { importVersion } from '../../src/registry/package/import-run.ts';
import { calibrationOf } from '../../src/registry/calibration.ts';
import { RegisterModel } from '../../src/registry/package/register-model.ts';
import { findRevision } from '../../src/registry/package/revision.ts';
import { versionFileRoutes } from '../../src/registry/version-file-routes.ts';
import { tools } from '../db/template.ts';
import { openMlflow, type TestMlflow } from './mlflow-fixture.ts';
import { calibration, type Files, item, record, shippedVersion, tinyPackage, upload } from './package-fixture.ts';
import { context } from './registration-fixture.ts';
import { openRegistry, owner, type TestRegistry } from './registry-fixture.ts';

let mlflow: TestMlflow;
let registry: TestRegistry;
let catalog: Catalog;
beforeAll(async () => {
  mlflow = await openMlflow();
  registry = await openRegistry(mlflow.server);
  catalog = new Catalog({ database: registry.database });
  await catalog.prepare();
});
afterAll(async () => {
  await registry.close();
  await mlflow.close();
});

/** The tiny package under another name, so that each test has a model of its own. */
function named(name: string, files = tinyPackage()): Files {
  const renamed = { ...files, MLproject: files.MLproject!.replace('name: tiny', `name: ${name}`) };
  return { ...renamed, 'stac-item.json': item(renamed, { id: name }) };
}

const process_ = (catalogue = catalog): RegisterModel =>
  new RegisterModel({ ...registry, catalog: catalogue, mlflow: mlflow.client });
const register = async (files: Files, more: { source?: GitProof; checkOnly?: boolean; catalog?: Catalog } = {}) =>
  process_(more.catalog).run(
    {
      files: await upload(registry.objects, files),
      ...(more.source === undefined ? {} : { source: more.source }),
      ...(more.checkOnly === undefined ? {} : { checkOnly: more.checkOnly }),
    },
    context(),
  );
const receiptOf = async (digest: string) =>
  readStatement(openBundle(await registry.receipts.get(registry.database, digest)).payload);

/** What would tell that a model is there: rows, items, receipts, events, and what MLflow shows. */
async function traces(model: string): Promise<unknown[]> {
  const { database } = registry;
  const queries = [
    'select 1 from cairn.revision where model = $1',
    'select 1 from cairn.version where model = $1',
    "select 1 from cairn.receipt where subject like '%:' || $1 || '%'",
    "select 1 from cairn.event where subject like '%:' || $1 || '%'",
    'select 1 from cairn.mlflow_outbox where model = $1',
    "select 1 from pgstac.items where id = $1 or id like $1 || '-%'",
  ];
  const found: unknown[] = [];
  for (const query of queries) found.push(...(await database.query(query, [model])));
  const experiment = await mlflow.client.experiment(model);
  const run = await mlflow.client.findRun(experiment, 'cairn.imported', 'true');
  return [
    ...found,
    ...(run === null ? [] : [run]),
    ...[await mlflow.client.registeredModel(model)].filter((one) => one !== null),
  ];
}

describe('registering a package', () => {
  it('checks without leaving anything where only a check is asked for', async () => {
    const result = await register(named('looked-at'), { checkOnly: true });
    expect(result).toMatchObject({ model: 'looked-at', changed: false, receipt: null, versions: [] });
    expect(result.checks.length).toBeGreaterThan(5);
    expect(await traces('looked-at')).toEqual([]);
  });

  it('leaves the model, its versions as candidates, and receipts that tell imported from witnessed', async () => {
    const files = named('whole');
    const result = await register(files);
    expect(result).toMatchObject({ model: 'whole', versions: ['whole/1', 'whole/2'], changed: true, commit: null });
    const [banepa, scene] = await registry.versions.list('whole');
    expect(scene).toMatchObject({
      version: 1,
      name: 'scene',
      stage: 'candidate',
      known: 'imported',
      data: 'generated',
      weights_digest: digestOf('weights of the scene'),
      package_digest: result.packageDigest,
      stride: 16,
      halo: 96,
      threshold: 0.4,
    });
    expect(banepa).toMatchObject({ version: 2, name: 'banepa', data: 'real' });
    const revision = await findRevision(registry.database, 'whole', result.packageDigest);
    expect(revision?.files.map(({ path }) => path)).not.toContain('card.md');
    expect(revision?.files.some(({ path }) => path.startsWith('versions/'))).toBe(false);
    expect(revision).toMatchObject({
      environment_digest: digestOf(files['requirements.lock']!),
      receipt: result.receipt,
    });

    const registration = await receiptOf(result.receipt!);
    expect(registration.predicate.facts).toMatchObject({
      packageDigest: { value: result.packageDigest, known: 'witnessed' },
      codeCommit: { value: { commit: null }, known: 'witnessed' },
    });
    const bundle = openBundle(await registry.receipts.get(registry.database, scene!.receipt));
    expect(verifyEnvelope(bundle, readPublicKey(registry.receipts.publicKeyPem))).toBe(true);
    const imported = readStatement(bundle.payload);
    expect(imported.predicate.upstream).toEqual([{ kind: 'registration', digest: result.receipt }]);
    const known = Object.fromEntries(
      Object.entries(imported.predicate.facts).map(([name, fact]) => [name, fact.known]),
    );
    expect(known).toMatchObject({
      weightsDigest: 'witnessed',
      packageDigest: 'witnessed',
      environmentDigest: 'imported',
      datasetDigest: 'imported',
      mlflowRun: 'imported',
      parameters: 'imported',
      metrics: 'imported',
      seed: 'imported',
    });
    expect(imported.predicate.facts.mlflowRun).toMatchObject({
      value: scene!.run_id,
      source: 'versions/scene/run.json, run recorded-scene',
    });
  });

  it('puts the model at the place of its versions into the catalogue, and each version with its own figures', async () => {
    const { versions, packageDigest } = await register(named('placed'));
    expect(versions).toEqual(['placed/1', 'placed/2']);
    const model = await catalog.get('models', 'placed');
    expect(model.bbox).toEqual([85.5, 27.2, 86.6, 27.7]);
    expect(model.properties).toMatchObject({ 'cairn:package_digest': packageDigest, 'mlm:name': 'tiny' });
    const assets = model.assets as Record<string, { href: string }>;
    expect(assets.model?.href).toBe('/models/placed/versions/1/weights');
    expect(assets.code?.href).toBe(`/models/placed/revisions/${packageDigest}/files/tiny/__init__.py`);
    const version = await catalog.get('versions', 'placed-2');
    expect(version.bbox).toEqual([85.5, 27.6, 85.6, 27.7]);
    expect(version.properties).toMatchObject({
      title: 'Tiny, trained on banepa',
      'metrics:test': { iou: 0.75, object_f1: 0.5 },
      'mlm:hyperparameters': { seed: 3, steps: 40, lr: 0.003 },
      'cairn:weights_digest': digestOf('weights of Banepa'),
    });
    expect((version.assets as Record<string, object>).model).toMatchObject({
      href: '/models/placed/versions/2/weights',
      'file:checksum': `1220${digestOf('weights of Banepa').slice(7)}`,
      'file:size': 'weights of Banepa'.length,
    });
  });

  it('changes nothing the second time, and adds only what is new in a later revision', async () => {
    const first = named(
      'again',
      Object.fromEntries(Object.entries(tinyPackage()).filter(([path]) => !path.startsWith('versions/banepa'))),
    );
    const before = await register(first);
    const repeated = await register(first);
    expect(repeated).toEqual({ ...before, changed: false, checks: expect.any(Array) as unknown });
    expect(await registry.database.query("select 1 from cairn.event where subject = 'model:again'")).toHaveLength(1);
    const later = named('again', { ...first, ...shippedVersion('banepa'), 'tiny/more.py': 'pass\n' });
    const after = await register(later);
    expect(after).toMatchObject({ changed: true, versions: ['again/1', 'again/2'] });
    expect(after.packageDigest).not.toBe(before.packageDigest);
    expect(await registry.versions.get('again', 1)).toMatchObject({ package_digest: before.packageDigest });
    expect(await registry.versions.get('again', 2)).toMatchObject({ package_digest: after.packageDigest });
    expect((await mlflow.client.modelVersions('again')).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('refuses a bad package before anything is written', async () => {
    const files = { ...named('bad'), 'versions/scene/model/model.onnx': 'changed weights' };
    await expect(register(files)).rejects.toMatchObject({ code: 'weights-digest-mismatch' });
    const refused = { ...files, 'stac-item.json': item(files, { id: 'bad' }) };
    await expect(register(refused)).rejects.toMatchObject({ code: 'weights-digest-mismatch' });
    const whole = named('bad');
    const forged = whole['stac-item.json']!.replace(/1220[0-9a-f]{64}/, `1220${'0'.repeat(64)}`);
    await expect(register({ ...whole, 'stac-item.json': forged })).rejects.toMatchObject({ code: 'item-invalid' });
    expect(await traces('bad')).toEqual([]);
  });
});

describe('what MLflow holds afterwards', () => {
  it('is a run marked as imported, with parameters, metrics, dataset and artifacts, and a version over its model', async () => {
    await register(named('held'));
    const [scene] = await mlflow.client.modelVersions('held');
    const run = await mlflow.client.findRunById(scene!.runId);
    expect(run).toMatchObject({
      status: 'FINISHED',
      parameters: { seed: '3', steps: '40', lr: '0.003', threads: '2' },
      metrics: { test_iou: 0.75, test_object_f1: 0.5 },
    });
    expect(run?.tags).toMatchObject({
      'cairn.imported': 'true',
      'cairn.recorded_run': 'recorded-scene',
      'mlflow.source.git.commit': 'a'.repeat(40),
    });
    expect((await mlflow.client.listArtifacts(run!)).map(({ path }) => path)).toEqual(['card.md', 'model', 'run.json']);
    expect(await mlflow.client.downloadArtifact(run!, 'model/model.onnx')).toEqual(
      new Uint8Array(new TextEncoder().encode('weights of the scene')),
    );
  });

  it('has its calibration as an asset, and its errors among its figures', async () => {
    const text = calibration('banepa');
    await register(named('sure', tinyPackage({ 'versions/banepa/calibration.json': text })));
    const { properties, assets } = await catalog.get('versions', 'sure-2');
    const errors = { calibration_error: 0.12, calibration_error_before: 0.26 };
    expect(properties).toMatchObject({ 'metrics:test': errors });
    expect((assets as Record<string, object>)['calibration']).toMatchObject({
      type: 'application/json',
      'file:checksum': `1220${digestOf(text).slice(7)}`,
    });
    const row = await registry.versions.get('sure', 2);
    expect(row.metrics).toMatchObject({ test_iou: 0.75, test_calibration_error: 0.12 });
    expect(await calibrationOf(row, registry.objects)).toMatchObject({ slope: 2, intercept: -1.5 });
    expect(await calibrationOf(await registry.versions.get('sure', 1), registry.objects)).toBeNull();
    expect((await catalog.get('versions', 'sure-1')).assets).not.toHaveProperty('calibration');
  });

  it('has card and pictures as assets, served by digest as what they are, whatever else MLflow holds or loses', async () => {
    const picture = 'not really a PNG';
    const blank = { width: 800, height: 400, channels: 3, background: 'teal' } as const;
    const left = {
      'versions/scene/predictions.png': picture,
      'versions/scene/drawn.png': await sharp({ create: blank }).png().toBuffer(),
      'versions/scene/page.html': '<script>alert(1)</script>',
    };
    const files = named('pictured', { ...tinyPackage(), ...left } as unknown as Files);
    // Told by the package of a network that its weights, which are no ONNX file here, cannot be seen to be.
    files['stac-item.json'] = item(files, { id: 'pictured', properties: { 'mlm:total_parameters': 5 } });
    await register(files);
    const version = await catalog.get('versions', 'pictured-1');
    const assets = version['assets'] as Record<string, { href: string } & Record<string, unknown>>;
    expect(Object.keys(assets)).toEqual(expect.arrayContaining(['model', 'record', 'card', 'picture-predictions']));
    expect(JSON.stringify(assets)).not.toContain('html');
    expect(assets['card']).toMatchObject({
      type: 'text/markdown',
      roles: ['metadata'],
      'file:checksum': `1220${digestOf('# scene\n').slice(7)}`,
      'file:size': 8,
    });
    expect(assets['picture-predictions']).toMatchObject({ type: 'image/png', roles: ['overview', 'thumbnail'] });
    expect(version['properties']).not.toHaveProperty('mlm:total_parameters');
    expect((await catalog.get('models', 'pictured'))['properties']).toHaveProperty('mlm:total_parameters');

    const run = await mlflow.client.findRunById((await registry.versions.get('pictured', 1)).run_id);
    await mlflow.client.deleteRun(run!.runId);
    const app = await makeApp({
      logger: pino({ level: 'silent' }),
      guard: () => undefined,
      routes: [versionFileRoutes(registry)],
    });
    const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });
    const card = await get(assets['card']!.href);
    expect([card.statusCode, card.body]).toEqual([200, '# scene\n']);
    expect(card.headers).toMatchObject({
      'content-type': 'text/markdown; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, max-age=31536000, immutable',
    });
    const shown = await get('/models/pictured/versions/1/files/predictions.png');
    expect([shown.body, shown.headers['content-type'], shown.headers['cache-control']]).toEqual([
      picture,
      'image/png',
      'private, no-cache',
    ]);
    const known = { 'if-none-match': String(shown.headers['etag']) };
    expect((await get(assets['picture-predictions']!.href, known)).statusCode).toBe(304);
    for (const lost of ['page.html', 'run.json', 'constructor', `card.md?digest=${digestOf('other')}`]) {
      expect((await get(`/models/pictured/versions/1/files/${lost}`)).statusCode, lost).toBe(404);
    }
    const refused = await get(`${assets['card']!.href}&width=320`);
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([400, 'input-invalid']);
    expect((await get('/models/pictured/versions/1/files/predictions.png?width=320')).statusCode).toBe(404);
    expect((await get('/models/pictured/versions/1/files/drawn.png?width=333')).statusCode).toBe(400);
    const small = await get('/models/pictured/versions/1/files/drawn.png?width=320');
    expect(small.headers['content-type']).toBe('image/webp');
    expect(await sharp(small.rawPayload).metadata()).toMatchObject({ format: 'webp', width: 320, height: 160 });
    await app.close();
  });

  it('is told of stages and the default, though it was killed when they changed, and answers models:/…@production', async () => {
    // Weights of its own: once revoked, weights are refused whoever brings them.
    const weights = 'weights of the mirrored';
    const told = record('banepa', { weights: { digest: digestOf(weights), size: weights.length } });
    const change = { 'versions/banepa/model/model.onnx': weights, 'versions/banepa/run.json': JSON.stringify(told) };
    await register(named('mirrored', tinyPackage(change)));
    await registry.outbox.deliver();
    expect((await mlflow.client.modelVersions('mirrored'))[0]?.tags).toMatchObject({ 'cairn.stage': 'candidate' });
    process.kill((await mlflow.pids()).at(-1)!, 'SIGKILL');
    await registry.approve('mirrored', 2);
    await registry.approve('mirrored', 1);
    expect(await registry.versions.production('mirrored')).toMatchObject({ version: 2 });
    for (let i = 0; i < 600 && (await registry.outbox.pending()) > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const [first, second] = await mlflow.client.modelVersions('mirrored');
    const row = await registry.versions.get('mirrored', 2);
    expect(first?.tags).toMatchObject({ 'cairn.stage': 'production' });
    expect(second?.tags).toMatchObject({ 'cairn.stage': 'production', 'cairn.receipt': row.receipt });
    expect((await mlflow.client.registeredModel('mirrored'))?.aliases).toEqual({ production: 2 });

    const { address } = await mlflow.server.ensure();
    const program = `
import mlflow
path = mlflow.artifacts.download_artifacts("models:/mirrored@production")
print(open(path + "/model.onnx").read(), sorted(mlflow.models.Model.load(path).flavors))
`;
    const python = spawnSync(join(tools, 'python', 'bin', 'python'), ['-c', program], {
      env: {
        PATH: process.env.PATH,
        HOME: mlflow.home,
        MLFLOW_TRACKING_URI: address,
        MLFLOW_DISABLE_TELEMETRY: 'true',
      },
      encoding: 'utf8',
    });
    expect([python.stdout.trim(), python.status]).toEqual([`${weights} ['onnx', 'python_function']`, 0]);

    await registry.approvals.changeStage('mirrored', 2, { to: 'revoked', reason: 'Found to be wrong.' }, owner);
    await registry.approvals.changeStage('mirrored', 1, { to: 'archived', reason: 'Laid aside.' }, owner);
    for (let i = 0; i < 600 && (await registry.outbox.pending()) > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await mlflow.client.registeredModel('mirrored'))?.aliases).toEqual({});
  });
});

describe('a registration that does not come to its end', () => {
  it('leaves nothing, neither here nor in MLflow, and gives the same numbers when it is done again', async () => {
    class FullCatalog extends Catalog {
      override async upsert(tx: Queryable, one: StacItem, own?: Record<string, unknown>): Promise<void> {
        if (one.collection === 'models') throw new CairnError('disk-full', 'There is no space left.');
        await super.upsert(tx, one, own);
      }
    }
    const failing = register(named('undone'), { catalog: new FullCatalog({ database: registry.database }) });
    await expect(failing).rejects.toMatchObject({ code: 'disk-full' });
    expect(await traces('undone')).toEqual([]);
    expect((await register(named('undone'))).versions).toEqual(['undone/1', 'undone/2']);
  });

  it('takes back only what is its own where the model was there before', async () => {
    const first = named(
      'kept',
      Object.fromEntries(Object.entries(tinyPackage()).filter(([path]) => !path.startsWith('versions/banepa'))),
    );
    await register(first);
    class FullCatalog extends Catalog {
      override upsert(): Promise<void> {
        return Promise.reject(new CairnError('disk-full', 'There is no space left.'));
      }
    }
    const later = named('kept', { ...first, ...shippedVersion('banepa') });
    const failing = register(later, { catalog: new FullCatalog({ database: registry.database }) });
    await expect(failing).rejects.toMatchObject({ code: 'disk-full' });
    expect((await mlflow.client.modelVersions('kept')).map(({ version }) => version)).toEqual([1]);
    expect(
      await mlflow.client.findRun(
        await mlflow.client.experiment('kept'),
        'cairn.import',
        digestOf('weights of Banepa'),
      ),
    ).toBeNull();
    // MLflow gives no number twice: the gap stays, and both sides agree on it.
    expect((await register(later)).versions).toEqual(['kept/1', 'kept/3']);
  });

  it('is gone on with where the gateway was killed in the middle of it', async () => {
    const files = named('killed');
    const checked = await checkPackage(await upload(registry.objects, files), registry.objects);
    const parts = { mlflow: mlflow.client, objects: registry.objects };
    await mlflow.client.findOrCreateModel('killed', {});
    const left = await importVersion(parts, 'killed', checked.versions[0]!);
    const { versions } = await register(files);
    expect(versions).toEqual(['killed/1', 'killed/2']);
    expect((await registry.versions.get('killed', 1)).run_id).toBe(left.run.runId);
  });

  it('ends when it is cancelled, with nothing left', async () => {
    const over = new AbortController();
    const files = await upload(registry.objects, named('cancelled'));
    const running = process_().run(
      { files },
      context({ signal: over.signal, progress: (percent) => percent >= 50 && over.abort() }),
    );
    await expect(running).rejects.toThrow();
    expect(await traces('cancelled')).toEqual([]);
  });
});

describe('the commit of a package', () => {
  async function repository(
    files: Files,
  ): Promise<{ folder: string; proof: () => GitProof; git: (...args: string[]) => string }> {
    const folder = await mkdtemp(join(tmpdir(), 'cairn-git-'));
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args], {
        encoding: 'utf8',
      }).trim();
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, 'models/tiny', path)), { recursive: true });
      await writeFile(join(folder, 'models/tiny', path), text);
    }
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'Add');
    const raw = (kind: string, id: string): string =>
      execFileSync('git', ['-C', folder, 'cat-file', kind, id]).toString('base64');
    const trees = ['HEAD^{tree}', 'HEAD:models', 'HEAD:models/tiny'];
    const proof = (): GitProof => ({
      commit: raw('commit', 'HEAD'),
      trees: trees.map((id) => raw('tree', id)),
      path: 'models/tiny',
    });
    return { folder, proof, git };
  }

  it('is witnessed from Git’s own objects, and refused where the folder differs from it', async () => {
    const files = named('committed');
    const { folder, proof, git } = await repository(files);
    try {
      const dirty = register({ ...files, 'extra.py': 'pass\n' }, { source: proof() });
      await expect(dirty).rejects.toMatchObject({
        code: 'package-dirty',
        message: expect.stringContaining('extra.py') as string,
      });
      expect(await traces('committed')).toEqual([]);
      const unproven = await register(files);
      expect(unproven.commit).toBeNull();
      const { commit, receipt, changed } = await register(files, { source: proof() });
      expect(commit).toBe(git('rev-parse', 'HEAD'));
      expect(changed).toBe(true);
      const statement = await receiptOf(receipt!);
      expect(statement.predicate.facts.codeCommit).toEqual({
        value: { commit, path: 'models/tiny' },
        known: 'witnessed',
      });
      // A later check without a proof does not unlearn it.
      expect(await register(files)).toMatchObject({ changed: false, receipt });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
