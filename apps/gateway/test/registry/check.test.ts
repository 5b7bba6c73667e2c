import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/contracts';
import { digestOf } from '@cairn/receipt';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPackage } from '../../src/registry/package/check.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { calibration, type Files, item, record, tinyPackage, upload } from './package-fixture.ts';

let home: string;
let objects: ObjectStore;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cairn-package-'));
  objects = new ObjectStore({ root: home });
});
afterAll(async () => rm(home, { recursive: true, force: true }));

const check = async (files: Files) => checkPackage(await upload(objects, files), objects);
const text = (value: unknown): string => JSON.stringify(value);

describe('a package that holds together', () => {
  it('passes, with every check told in words', async () => {
    const checked = await check(tinyPackage());
    expect(checked.model).toBe('tiny');
    expect(checked.environment).toMatchObject({ python: '3.11', lock: 'requirements.lock' });
    expect(checked.checks.map(({ name }) => name)).toEqual([
      'files',
      'entry points',
      'environment',
      'item',
      'output',
      'place',
      'hyperparameters',
      'licence',
      'version scene',
      'version banepa',
    ]);
    expect(checked.checks.at(-1)?.words).toContain('imported, not witnessed');
  });

  it('has its versions in order: generated data first, then by name', async () => {
    const { versions } = await check(tinyPackage());
    expect(versions.map(({ name, weights }) => [name, weights.digest])).toEqual([
      ['scene', digestOf('weights of the scene')],
      ['banepa', digestOf('weights of Banepa')],
    ]);
  });

  it('keeps its digest when a version or the card changes, and gets another when its code does', async () => {
    const { digest } = await check(tinyPackage());
    const card = await check(tinyPackage({ 'card.md': '# other\n', 'versions/scene/card.md': '# other\n' }));
    expect(card.digest).toBe(digest);
    const code = await check(tinyPackage({ 'tests/test_more.py': '' }));
    expect(code.digest).not.toBe(digest);
  });

  it('names its environment by its only lock file, else by the file that lists the parts', async () => {
    const files = tinyPackage();
    expect((await check(files)).environment.digest).toBe(digestOf(files['requirements.lock']!));
    const listed = 'python: "3.11"\ndependencies:\n  - numpy==2.4.6\n  - -r requirements.lock\n';
    expect((await check(tinyPackage({ 'python_env.yaml': listed }))).environment.digest).toBe(digestOf(listed));
  });

  it('may ship no version, and name weights that are elsewhere', async () => {
    const files = Object.fromEntries(Object.entries(tinyPackage()).filter(([path]) => !path.startsWith('versions/')));
    const described = JSON.parse(files['stac-item.json']!) as { assets: { model: object } };
    const { roles, ...model } = described.assets.model as Record<string, unknown>;
    described.assets.model = {
      type: model.type,
      'mlm:artifact_type': 'onnx',
      roles,
      href: 'https://example.org/model.onnx',
    };
    expect((await check({ ...files, 'stac-item.json': text(described) })).versions).toEqual([]);
  });
});

const project = tinyPackage().MLproject!;
const withItem = (more: Parameters<typeof item>[1]): Files =>
  tinyPackage({ 'stac-item.json': item(tinyPackage(), more) });
const withRecord = (more: Record<string, unknown>): Files =>
  tinyPackage({ 'versions/scene/run.json': text(record('scene', more)) });

describe('a package that does not hold together is refused with what, where and what to do:', () => {
  it.each<[string, Files, string, string]>([
    ['no MLproject', tinyPackage({ MLproject: undefined }), 'package-file-missing', 'MLproject'],
    ['no Dockerfile', tinyPackage({ Dockerfile: undefined }), 'package-file-missing', 'Dockerfile'],
    ['no item', tinyPackage({ 'stac-item.json': undefined }), 'package-file-missing', 'stac-item.json'],
    ['no lock file', tinyPackage({ 'requirements.lock': undefined }), 'package-file-missing', 'requirements.lock'],
    ['no tests', tinyPackage({ 'tests/test_tiny.py': undefined }), 'package-file-missing', 'tests/'],
    ['no code', tinyPackage({ 'tiny/__init__.py': undefined }), 'package-file-missing', 'tiny/__init__.py'],
    ['no YAML', tinyPackage({ MLproject: 'name: [' }), 'package-invalid', 'MLproject'],
    ['an MLproject that is no mapping', tinyPackage({ MLproject: 'tiny' }), 'package-invalid', 'MLproject#'],
    [
      'a missing entry point',
      tinyPackage({ MLproject: project.replace('evaluate:', 'measure:') }),
      'package-invalid',
      'MLproject#/entry_points',
    ],
    [
      'no environment',
      tinyPackage({ MLproject: project.replace('python_env', 'conda_env') }),
      'package-invalid',
      'MLproject#',
    ],
    [
      'another name',
      tinyPackage({ MLproject: project.replace('tiny', 'huge') }),
      'package-invalid',
      'stac-item.json#/id',
    ],
    ['a range', tinyPackage({ 'requirements.lock': 'numpy>=2\n' }), 'package-invalid', 'requirements.lock'],
    ['a wildcard', tinyPackage({ 'requirements.lock': 'numpy==2.*\n' }), 'package-invalid', 'requirements.lock'],
    [
      'no Python',
      tinyPackage({ 'python_env.yaml': 'dependencies: [numpy==2.4.6]\n' }),
      'package-invalid',
      'python_env.yaml',
    ],
    ['an item that is no JSON', tinyPackage({ 'stac-item.json': '{' }), 'package-invalid', 'stac-item.json'],
    [
      'an item without a licence',
      withItem({ properties: { license: undefined } }),
      'item-invalid',
      'stac-item.json#/properties',
    ],
    [
      'an item without MLM’s fields',
      withItem({ properties: { 'mlm:input': undefined } }),
      'item-invalid',
      '/properties',
    ],
    [
      'a metric that its own schema refuses',
      withItem({ properties: { 'metrics:test': { iou: 7 } } }),
      'item-invalid',
      '/properties/metrics:test/iou',
    ],
    ['an id that is none', withItem({ id: 'Tiny Model' }), 'item-invalid', 'stac-item.json#/id'],
    [
      'a place that is not that of its version’s data',
      withRecord({ dataset: { digest: digestOf('d'), extent: [86.5, 27.2, 86.6, 27.4], chips: 1, buildings: 1 } }),
      'item-invalid',
      'stac-item.json#/bbox',
    ],
    [
      'a box that is not that of its geometry',
      tinyPackage({ 'stac-item.json': tinyPackage()['stac-item.json']!.replace('27.3\n  ]', '27.4\n  ]') }),
      'item-invalid',
      'stac-item.json#/bbox',
    ],
    [
      'a changed asset',
      tinyPackage({ 'tiny/__init__.py': 'pass\n' }),
      'item-invalid',
      'stac-item.json#/assets/code/file:checksum',
    ],
    [
      'other hyperparameters in the item',
      withItem({ properties: { 'mlm:hyperparameters': { seed: 0, steps: 41, lr: 0.003 } } }),
      'package-invalid',
      'schema/hyperparameters.json',
    ],
    [
      'other hyperparameters in MLproject',
      tinyPackage({ MLproject: project.replace('default: 0.003', 'default: 0.3') }),
      'package-invalid',
      'MLproject',
    ],
    [
      'weights that are not those of the record',
      withRecord({ weights: { digest: digestOf('other'), size: 20 } }),
      'weights-digest-mismatch',
      'versions/scene/model/model.onnx',
    ],
    [
      'a calibration of other weights',
      tinyPackage({ 'versions/scene/calibration.json': calibration('banepa') }),
      'calibration-invalid',
      'versions/scene/calibration.json',
    ],
    [
      'a calibration that would turn the order round',
      tinyPackage({ 'versions/scene/calibration.json': calibration('scene', { slope: -1 }) }),
      'calibration-invalid',
      'versions/scene/calibration.json',
    ],
    ['a record without metrics', withRecord({ metrics: undefined }), 'package-invalid', 'versions/scene/run.json#'],
    [
      'a record of a place that is none',
      withRecord({ dataset: { digest: digestOf('d'), extent: [1, 1, 1, 2], chips: 1, buildings: 1 } }),
      'package-invalid',
      'versions/scene/run.json#/dataset/extent',
    ],
    [
      'a version without a record',
      tinyPackage({ 'versions/scene/run.json': undefined }),
      'package-file-missing',
      'versions/scene/run.json',
    ],
    [
      'a version without MLmodel',
      tinyPackage({ 'versions/scene/model/MLmodel': undefined }),
      'package-file-missing',
      'versions/scene/model/MLmodel',
    ],
    ['a path that leaves the package', tinyPackage({ '../x': '' }), 'input-invalid', '../x'],
  ])('%s', async (_what, files, code, where) => {
    const refused = check(files);
    await expect(refused).rejects.toBeInstanceOf(CairnError);
    await expect(refused).rejects.toMatchObject({ code, more: { where, action: expect.any(String) as string } });
  });

  it('bytes that are no text', async () => {
    const files = await upload(objects, tinyPackage({ MLproject: undefined }));
    const { digest } = await objects.put(new Uint8Array([0xff, 0xfe, 0x00]));
    await expect(checkPackage([...files, { path: 'MLproject', digest }], objects)).rejects.toMatchObject({
      code: 'package-invalid',
      message: 'MLproject is not text in UTF-8.',
    });
  });

  it('the same weights twice', async () => {
    const same = record('banepa', { weights: record('scene').weights });
    const twice = {
      'versions/banepa/model/model.onnx': 'weights of the scene',
      'versions/banepa/run.json': text(same),
    };
    await expect(check(tinyPackage(twice))).rejects.toMatchObject({ code: 'package-invalid' });
  });

  it('files whose bytes were never uploaded', async () => {
    const files = await upload(objects, tinyPackage());
    const unknown = { path: 'more.py', digest: digestOf('never uploaded') };
    await expect(checkPackage([...files, unknown], objects)).rejects.toMatchObject({
      code: 'package-file-missing',
      more: { where: 'more.py' },
    });
  });

  it('whatever its files hold, with an error of the table', async () => {
    const readable = [
      'MLproject',
      'python_env.yaml',
      'requirements.lock',
      'stac-item.json',
      'schema/hyperparameters.json',
      'versions/scene/run.json',
    ];
    const garbage = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom('a: &a [*a]', '{"__proto__":{"x":1}}', '[]', 'null', '\0'),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...readable), garbage, async (path, content) => {
        await check(tinyPackage({ [path]: content })).then(
          () => expect(path).toMatch(/lock$/),
          (error: unknown) => expect(error).toBeInstanceOf(CairnError),
        );
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
