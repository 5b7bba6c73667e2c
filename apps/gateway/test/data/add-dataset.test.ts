import { filesetDigest, generateKey, openBundle, readStatement, writePrivateKey, writePublicKey } from '@cairn/receipt';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CairnClient,
  type DatasetDiff,
  type DatasetMap,
  type DatasetVersion,
  type FileSet,
  type ProcessInput,
} from '@cairn/contracts';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles, uploadFiles } from '../../../cli/src/folder.ts';
import { makeApp } from '../../src/app.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import { AddDataset } from '../../src/data/add-dataset.ts';
import { FolderRemote } from '../../src/data/remote/folder-remote.ts';
import { diffVersions } from '../../src/data/dataset-diff.ts';
import { DatasetVersions } from '../../src/data/dataset-versions.ts';
import { Datasets } from '../../src/data/datasets.ts';
import { DataAddresses } from '../../src/data/origin/addresses.ts';
import { DataOrigin } from '../../src/data/origin/data-origin.ts';
import { DatasetPinning } from '../../src/data/pinning.ts';
import { datasetThread } from '../../src/data/reader-thread.ts';
import { DataHistory } from '../../src/data/history.ts';
import { DataRepository } from '../../src/data/repository.ts';
import { datasetRoutes } from '../../src/data/routes.ts';
import type { Database } from '../../src/db/database.ts';
import type { JobContext } from '../../src/jobs/process.ts';
import { Receipts } from '../../src/receipts/receipts.ts';
import { receiptDigest } from '../../src/registry/receipt-facts.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { uploadRoutes } from '../../src/storage/uploads.ts';
import { folderDigest } from '../../src/training/folder-digest.ts';
import { Children } from '../../src/supervise/child.ts';
import { openTestDatabase, tools } from '../db/template.ts';
import { jobContext } from '../jobs/context.ts';
import { scientist } from '../jobs/fixture.ts';
import { quietLogger } from '../registry/quiet.ts';
import { labels, lay, listed, soundFiles, square, tile } from './folder.ts';
import { ownHistory } from './own-history.ts';

let home: string;
let database: Database;
let objects: ObjectStore;
let repository: DataRepository;
let datasets: Datasets;
let receipts: Receipts;
let add: AddDataset;
/** A repository that is somebody else's. */
let theirs: DataRepository;
const reader = datasetThread();
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cairn-dataset-'));
  database = await openTestDatabase();
  const catalog = new Catalog({ database });
  await catalog.prepare();
  objects = new ObjectStore({ root: join(home, 'objects') });
  const environment = { PATH: process.env['PATH'] ?? '', HOME: home };
  const children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment,
    logger: quietLogger(),
  });
  const remote = join(home, 'dvc-remote');
  repository = new DataRepository({
    folder: join(home, 'data'),
    remote: new FolderRemote({ folder: remote }),
    history: new DataHistory({ database }),
    tools,
    environment,
    children,
  });
  datasets = new Datasets({ catalog });
  const key = generateKey();
  const keys = { privateKeyPem: writePrivateKey(key), publicKeyPem: writePublicKey(key.publicKey) };
  receipts = new Receipts({ keys });
  const dataOrigin = new DataOrigin({
    addresses: new DataAddresses({ allowed: [join(home, 'theirs')], proxied: false }),
    objects,
    mostBytes: 1024 * 1024,
    tools,
    environment,
    children,
  });
  const workFolder = join(home, 'jobs');
  const pinning = new DatasetPinning({
    database,
    catalog,
    datasets,
    objects,
    repository,
    receipts,
    reader,
    dataOrigin,
    workFolder,
  });
  add = new AddDataset({ pinning, objects });
  theirs = new DataRepository({
    folder: join(home, 'theirs', 'data'),
    remote: new FolderRemote({ folder: join(home, 'theirs', 'remote') }),
    history: ownHistory(),
    tools,
    environment,
    children,
  });
});
afterAll(async () => {
  await reader.close();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const context = (signal = new AbortController().signal): JobContext =>
  jobContext({ jobId: 'job', actor: scientist, signal });

async function upload(files: Record<string, string | Buffer>): Promise<FileSet> {
  const set: FileSet = [];
  for (const [path, content] of Object.entries(files)) {
    const { digest } = await objects.put(new Uint8Array(Buffer.from(content)));
    set.push({ path, digest });
  }
  return set;
}

type Uploaded = ProcessInput<'add-dataset'> & { files: FileSet };

async function inputs(change: Record<string, string | Buffer> = {}): Promise<Uploaded> {
  const files = await upload({ ...(await soundFiles()), ...change });
  return { id: 'town', title: 'A town', licence: 'CC-BY-4.0 AND ODbL-1.0', attribution: 'Mappers of the town', files };
}

const events = async (): Promise<string[]> =>
  (
    await database.query<{ kind: string }>("select kind from cairn.event where subject = 'dataset:town' order by seq")
  ).map(({ kind }) => kind);

describe('adding a dataset', () => {
  it('leaves a pinned folder, an item with what was computed, a receipt and an event', async () => {
    const given = await inputs();
    const result = await add.run(given, context());
    const digest = filesetDigest(given.files.map((file) => ({ path: file.path, digest: receiptDigest(file.digest) })));
    expect(result).toMatchObject({ dataset: 'town', digest, chips: 2, buildings: 1, changed: true });
    expect(await datasets.get('town')).toMatchObject({
      title: 'A town',
      licence: 'CC-BY-4.0 AND ODbL-1.0',
      attribution: 'Mappers of the town',
      digest,
      dvcMd5: result.dvcMd5,
      receipt: result.receipt,
      buildingShare: 0.125,
      generated: false,
    });
    const { predicate, subject } = readStatement(openBundle(await receipts.get(database, result.receipt)).payload);
    expect(subject).toEqual([{ name: 'town', digest: { sha256: digest.slice(7) } }]);
    expect(predicate.facts['datasetDigest']).toEqual({ value: { digest, dvcMd5: result.dvcMd5 }, known: 'witnessed' });
    expect(await events()).toEqual(['dataset.added']);
    await repository.pull('town', result.dvcMd5, join(home, 'pulled'), context());
    expect((await listed(join(home, 'pulled'))).sort()).toEqual(given.files.map(({ path }) => path).sort());
    for (const { path, digest: expected } of given.files) {
      const bytes = await readFile(join(home, 'pulled', path));
      expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(expected);
    }
  });

  it('again changes nothing', async () => {
    const result = await add.run(await inputs(), context());
    expect(result).toMatchObject({ changed: false, chips: 2 });
    expect(await events()).toEqual(['dataset.added']);
  });

  it('with other content is its next revision, and the earlier one stays in the data repository', async () => {
    const before = await datasets.get('town');
    const given = await inputs({ 'labels.geojson': labels([square(0.1, 0.3), square(0.6, 0.3)]) });
    const result = await add.run(given, context());
    expect(result).toMatchObject({ changed: true, buildings: 2 });
    expect(result.digest).not.toBe(before.digest);
    expect((await datasets.get('town')).digest).toBe(result.digest);
    expect(await events()).toEqual(['dataset.added', 'dataset.revised']);
    await repository.pull('town', before.dvcMd5, join(home, 'before'), context());
    expect(await readFile(join(home, 'before', 'labels.geojson'), 'utf8')).toBe(labels([square(0.25, 0.5)]));
  });

  it('as versions that can be listed, read as they were, and compared', async () => {
    const versions = new DatasetVersions({ database, objects });
    const app = await makeApp({
      logger: pino({ level: 'silent' }),
      guard: () => undefined,
      routes: [datasetRoutes({ versions, objects, reader })],
    });
    const get = async <T>(url: string): Promise<T> => (await app.inject({ url })).json<T>();
    const [newest, first] = await get<DatasetVersion[]>('/datasets/town/versions');
    expect([newest!.version, first!.version]).toEqual([2, 1]);
    expect(first).toMatchObject({ chips: 2, buildings: 1, actor: 'bikash' });
    expect(first!.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(newest).toMatchObject({ buildings: 2, digest: (await datasets.get('town')).digest });
    const old = await get<{ properties: object; links: { rel: string; href: string }[] }>('/datasets/town/versions/1');
    expect(old.properties).toMatchObject({ 'cairn:digest': first!.digest, 'cairn:receipt': first!.receipt });
    expect(old.links).toContainEqual(expect.objectContaining({ rel: 'successor-version' }));
    expect(await receipts.get(database, first!.receipt)).toBeDefined();
    const diff = await get<DatasetDiff>('/datasets/town/diff');
    expect(diff).toMatchObject({ from: 1, to: 2, chips: { added: { count: 0 }, changed: { count: 0 } } });
    expect(diff.labels).toMatchObject({ added: { count: 2 }, removed: { count: 1 }, moved: { count: 0 } });
    expect(diff.properties).toContainEqual({ name: 'cairn:buildings', from: 1, to: 2 });
    const map = await get<DatasetMap>('/datasets/town/versions/2/map');
    expect(map.leftOut).toEqual({ chips: 0, labels: 0 });
    expect(map.chips.map(({ path }) => path)).toEqual(map.chips.map(({ path }) => path).sort());
    expect([map.chips.length, map.labels.length]).toEqual([newest!.chips, newest!.buildings]);
    const ring = map.chips[0]!.coordinates[0]!;
    expect([ring.length, ring[0]]).toEqual([5, ring.at(-1)]);
    expect((await app.inject({ url: '/datasets/town/versions/9/map' })).statusCode).toBe(404);
    expect((await app.inject({ url: '/datasets/town/versions/9' })).statusCode).toBe(404);
    expect((await app.inject({ url: '/datasets/town/diff?to=1' })).statusCode).toBe(404);
    expect((await app.inject({ url: '/datasets/nowhere/versions' })).statusCode).toBe(404);
    expect((await app.inject({ url: '/datasets/town/diff?from=x' })).statusCode).toBe(400);
    await app.close();
  });

  it('that does not hold together leaves everything as it was', async () => {
    const before = await datasets.get('town');
    const broken = await inputs({ 'labels.geojson': '{' });
    await expect(add.run(broken, context())).rejects.toMatchObject({ code: 'dataset-invalid' });
    await expect(add.run({ ...broken, id: 'other' }, context())).rejects.toMatchObject({ code: 'dataset-invalid' });
    const lost = {
      ...broken,
      files: [...broken.files, { path: 'chips/x-1-1-1.png', digest: `sha256:${'9'.repeat(64)}` }],
    };
    await expect(add.run(lost, context())).rejects.toMatchObject({
      code: 'not-found',
      more: { where: 'chips/x-1-1-1.png' },
    });
    const outside = { ...broken, files: [{ ...broken.files[0]!, path: '../chips/a.png' }] };
    await expect(add.run(outside, context())).rejects.toMatchObject({ code: 'input-invalid' });
    expect(await datasets.get('town')).toEqual(before);
    expect(await datasets.find('other')).toBeNull();
    expect(await events()).toHaveLength(2);
  });

  it('labelled by OSM XML is pinned with the GeoJSON it becomes, and names the file it came from', async () => {
    const corners = square(0.25, 0.5)[0]!.slice(0, 4);
    const osm = `<osm>${corners.map(([lon, lat], at) => `<node id="${at + 1}" lon="${lon}" lat="${lat}"/>`).join('')}
      <way id="9">${[1, 2, 3, 4, 1].map((ref) => `<nd ref="${ref}"/>`).join('')}<tag k="building" v="yes"/></way>
      <way id="10"><nd ref="1"/><nd ref="2"/><tag k="building" v="yes"/></way></osm>`;
    const given = await upload({ ...(await soundFiles()), 'labels.osm': osm });
    const files = given.filter(({ path }) => path !== 'labels.geojson');
    const result = await add.run({ id: 'osm', title: 'From OSM', licence: 'ODbL-1.0', files }, context());
    expect(result).toMatchObject({ chips: 2, buildings: 1 });
    expect(result.warnings[0]).toMatchObject({ kind: 'osm-incomplete', where: ['way/10'] });
    await repository.pull('osm', result.dvcMd5, join(home, 'osm'), context());
    expect((await listed(join(home, 'osm'))).filter((path) => path.startsWith('labels'))).toEqual(['labels.geojson']);
    expect(await readFile(join(home, 'osm', 'labels.geojson'), 'utf8')).toContain('"osm_id":9');
    expect(await folderDigest(join(home, 'osm'))).toBe(result.digest);
    const dataset = await datasets.get('osm');
    expect(dataset.labelsFrom).toEqual(files.find(({ path }) => path === 'labels.osm'));
    expect(dataset.warnings).toEqual(result.warnings);
    const twice = add.run({ id: 'osm', title: 'From OSM', licence: 'ODbL-1.0', files: given }, context());
    await expect(twice).rejects.toMatchObject({ code: 'dataset-invalid', more: { where: 'labels.osm' } });
  });

  it("from somebody's DVC repository is that commit's, whatever their branch holds by now, and says where it is from", async () => {
    const files = await upload(await soundFiles());
    const { commit, dvcMd5 } = await theirs.add('village', (to) => objects.materialise(files, to), context());
    const later = await upload({ 'labels.geojson': labels([square(0.1, 0.1)]) });
    const others = files.filter(({ path }) => path !== 'labels.geojson');
    await theirs.add('village', (to) => objects.materialise([...others, ...later], to), context());
    const url = join(home, 'theirs', 'data');
    const dvc = { url, rev: commit, path: 'datasets/village/data' };
    const told = { id: 'village', title: 'A village', licence: 'ODbL-1.0' };
    const result = await add.run({ ...told, dvc }, context());
    expect(result).toMatchObject({ chips: 2, changed: true, dvcMd5 });
    const { origin } = await datasets.get('village');
    expect(origin).toEqual({ url: `file://${url}`, commit, path: dvc.path, dvcMd5 });
    const { predicate } = readStatement(openBundle(await receipts.get(database, result.receipt)).payload);
    expect(predicate.facts['datasetDigest']!.source).toContain(commit);
    const newest = await add.run({ ...told, dvc: { ...dvc, rev: 'main' } }, context());
    expect(newest.digest).not.toBe(result.digest);
    const nowhere = add.run({ ...told, dvc: { ...dvc, rev: 'no-such-branch' } }, context());
    await expect(nowhere).rejects.toMatchObject({ code: 'data-unreachable' });
    const lost = add.run({ ...told, dvc: { ...dvc, path: 'datasets/town' } }, context());
    await expect(lost).rejects.toMatchObject({ code: 'data-unreachable', more: { where: 'datasets/town.dvc' } });
  }, 300_000);

  it("from somebody's DVC repository has the licence that their pointer or notice tells; who gives no id gets what is here", async () => {
    const files = await upload({
      ...(await soundFiles()),
      'dataset.json': '{"licence": "CC0-1.0", "title": "A hamlet", "attribution": 7}',
    });
    const place = (to: string): Promise<void> => objects.materialise(files, to);
    const told = { licence: 'CC-BY-4.0', attribution: 'Its people', title: '' };
    const { commit } = await theirs.add('hamlet', place, context(), told);
    const dvc = { url: join(home, 'theirs', 'data'), rev: commit, path: 'datasets/hamlet/data' };
    const added = await add.run({ dvc }, context());
    expect(added).toMatchObject({ dataset: 'hamlet', changed: true });
    expect(await datasets.get('hamlet')).toMatchObject({
      title: 'A hamlet',
      licence: 'CC-BY-4.0',
      attribution: 'Its people',
    });
    const fetches: string[] = [];
    const following = { ...context(), log: (line: string) => void fetches.push(line) };
    expect(await add.run({ dvc, licence: 'CC-BY-4.0' }, following)).toEqual({ ...added, changed: false });
    expect(fetches.at(-1)).toContain('pinned already, as the dataset hamlet');
    const other = await add.run({ dvc, id: 'hamlet-again' }, context());
    expect(other).toMatchObject({ dataset: 'hamlet-again', changed: true, digest: added.digest });
  }, 300_000);

  it("from somebody's DVC repository is refused where nothing tells its licence, or its folder has the name of another", async () => {
    const files = await upload({ ...(await soundFiles()), 'labels.geojson': labels([square(0.3, 0.2)]) });
    const { commit } = await theirs.add('town', (to) => objects.materialise(files, to), context());
    const dvc = { url: join(home, 'theirs', 'data'), rev: commit, path: 'datasets/town/data' };
    const before = await datasets.get('town');
    const untold = add.run({ dvc, id: 'their-town' }, context());
    await expect(untold).rejects.toMatchObject({ code: 'input-invalid', more: { where: '/inputs/licence' } });
    const unnamed = add.run({ dvc, licence: 'CC0-1.0' }, context());
    await expect(unnamed).rejects.toMatchObject({ code: 'conflict', more: { where: '/inputs/id' } });
    expect(await datasets.get('town')).toEqual(before);
    expect(await datasets.find('their-town')).toBeNull();
  }, 300_000);

  it('that is cancelled leaves no dataset', async () => {
    const controller = new AbortController();
    const given = { ...(await inputs()), id: 'cancelled' };
    const following = { ...context(controller.signal), progress: () => controller.abort(new Error('enough')) };
    await expect(add.run(given, following)).rejects.toThrow('enough');
    expect(await datasets.find('cancelled')).toBeNull();
  });
});

describe('a dataset of many chips', () => {
  const many = process.env['CAIRN_TEST_FULL'] === '1' ? 10_000 : 300;

  it('goes in whole, and out of DVC as it was; of a changed one only that is sent, and told', async () => {
    const folder = join(home, 'many');
    const side = Math.ceil(Math.sqrt(many));
    const places = Array.from({ length: many }, (_, at) => ({
      ...tile,
      x: tile.x + (at % side),
      y: tile.y + Math.floor(at / side),
    }));
    const path = ({ x, y, z }: typeof tile): string => `chips/many-${x}-${y}-${z}.png`;
    const content: Record<string, Buffer | string> = {
      'labels.geojson': labels(places.map((place) => square(0.3, 0.3, place))),
    };
    for (const [at, place] of places.entries()) content[path(place)] = await noise(at);
    await lay(folder, content);

    const app = await makeApp({
      logger: pino({ level: 'silent' }),
      guard: () => undefined,
      routes: [uploadRoutes({ objects, maxUploadBytes: 64 * 1024 * 1024 })],
    });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    let sent = 0;
    const client = new CairnClient({
      address,
      fetch: (input, init) => {
        if (input === `${address}/uploads`) sent++;
        return fetch(input, init);
      },
    });
    const send = async () => {
      sent = 0;
      const files = await uploadFiles(client, folder, await listFiles(folder), () => undefined);
      return add.run({ id: 'many', title: 'Many', licence: 'CC0-1.0', files }, context());
    };
    const first = await send();
    expect(first).toMatchObject({ chips: many, buildings: many, warnings: [], changed: true });
    expect(sent).toBe(many + 1);
    await repository.pull('many', first.dvcMd5, join(home, 'many-pulled'), context());
    expect(await listed(join(home, 'many-pulled'))).toHaveLength(many + 1);
    expect(await folderDigest(join(home, 'many-pulled'))).toBe(first.digest);

    const changed = path(places[7]!);
    await lay(folder, { [changed]: await noise(many) });
    const second = await send();
    expect(second).toMatchObject({ chips: many, changed: true });
    expect(sent).toBe(1);
    const versions = new DatasetVersions({ database, objects });
    const [from, to] = [await versions.get('many', 1), await versions.get('many', 2)];
    expect(await diffVersions(from, to, { versions, objects, reader })).toMatchObject({
      chips: { added: { count: 0 }, removed: { count: 0 }, changed: { count: 1, names: [changed] } },
      labels: { moved: { count: 0 } },
    });
    await app.close();
  }, 1_800_000);
});

/** A picture that is like no other. */
function noise(seed: number): Promise<Buffer> {
  let state = seed + 1;
  const pixels = Buffer.from(Array.from({ length: 16 * 16 * 3 }, () => (state = (state * 48271) % 2147483647) & 255));
  return sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } })
    .png()
    .toBuffer();
}
