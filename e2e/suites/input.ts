import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cairn, repository, type Ended } from '../src/cairn.ts';
import type { DemoHome } from '../src/demo-home.ts';
import { open, type Opened } from '../src/gateway.ts';
import { generatedScene } from '../src/scene.ts';
import { copyPackage } from '../src/package-copy.ts';

/** Bad input: each kind ends in an error that says what, where and what to do, and leaves nothing half registered. */
export function describeInput(demo: () => DemoHome): void {
  describe('bad input', () => {
    let cairnUp: Opened | undefined;
    let folder = '';
    let box: [number, number, number, number] = [0, 0, 0, 0];
    let before = '';
    beforeAll(async () => {
      cairnUp = await open({ home: demo().home, environment: { CAIRN_MAX_AOI_KM2: '2' } });
      folder = await mkdtemp(join(tmpdir(), 'cairn-input-'));
      box = (JSON.parse(await readFile(demo().out, 'utf8')) as { bbox: typeof box }).bbox;
      before = await holdings(cairnUp);
    });
    afterAll(async () => {
      await cairnUp?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    const run = (...words: string[]): Promise<Ended> => cairn(words, { home: demo().home });
    const predict = async (aoi: unknown): Promise<Ended> => {
      const file = join(folder, 'aoi.geojson');
      await writeFile(file, typeof aoi === 'string' ? aoi : JSON.stringify(aoi));
      return run(
        'predict',
        '--model',
        'building-detector',
        '--imagery',
        'scene-aoi',
        '--aoi',
        file,
        '--out',
        join(folder, 'out.geojson'),
      );
    };
    const told = ({ code, stderr }: Ended, problem: string): void => {
      expect(stderr).toContain(`error: ${problem}:`);
      expect(stderr).toContain('To do: ');
      expect(code).toBeGreaterThan(1);
    };
    const at = (x: number, y: number): [number, number] => [
      box[0] + (box[2] - box[0]) * x,
      box[1] + (box[3] - box[1]) * y,
    ];
    const ring = (...places: [number, number][]): [number, number][] =>
      [...places, places[0]!].map(([x, y]) => at(x, y));
    const polygon = (...rings: [number, number][][]): unknown => ({ type: 'Polygon', coordinates: rings });

    test('an area outside the imagery', async () => {
      told(await predict(polygon(ring([3, 3], [4, 3], [4, 4], [3, 4]))), 'aoi-outside-imagery');
    });
    test('an area that crosses itself', async () => {
      told(await predict(polygon(ring([0.2, 0.2], [0.8, 0.8], [0.8, 0.2], [0.2, 0.8]))), 'aoi-self-crossing');
    });
    test('an area across the antimeridian', async () => {
      told(
        await predict(
          polygon([
            [179.9, 10],
            [-179.9, 10],
            [-179.9, 10.1],
            [179.9, 10.1],
            [179.9, 10],
          ]),
        ),
        'aoi-antimeridian',
      );
    });
    test('an area without extent', async () => {
      told(await predict(polygon(ring([0.2, 0.2], [0.8, 0.2], [0.4, 0.2]))), 'aoi-zero-area');
    });
    test('an area in latitude, longitude order', async () => {
      const swapped = ring([0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]).map(([lon, lat]): [number, number] => [
        lat,
        lon,
      ]);
      told(await predict(polygon(swapped)), 'aoi-coordinate-order');
    });
    test('an area larger than the configured limit', async () => {
      told(await predict(polygon(ring([-9, -9], [9, -9], [9, 9], [-9, 9]))), 'aoi-too-large');
    });
    test('an area that is no JSON, or no polygon', async () => {
      told(await predict('{ "type": '), 'aoi-invalid-json');
      told(await predict({ type: 'Point', coordinates: at(0.5, 0.5) }), 'aoi-not-polygon');
    });
    test('an area with a hole is no error: nothing is reported inside the hole', async () => {
      const outer = ring([0.1, 0.3], [0.9, 0.3], [0.9, 0.9], [0.1, 0.9]);
      const inner = ring([0.3, 0.4], [0.3, 0.8], [0.7, 0.8], [0.7, 0.4]);
      const ended = await predict(polygon(outer, inner));
      expect(ended.code, ended.stderr).toBe(0);
      const { features } = JSON.parse(await readFile(join(folder, 'out.geojson'), 'utf8')) as {
        features: { geometry: { coordinates: number[][][] } }[];
      };
      const [west, south] = at(0.35, 0.45);
      const [east, north] = at(0.65, 0.75);
      const inside = features.filter(({ geometry }) =>
        geometry.coordinates[0]!.every(([lon = 0, lat = 0]) => lon > west && lon < east && lat > south && lat < north),
      );
      expect(features.length).toBeGreaterThan(0);
      expect(inside).toEqual([]);
    });

    test('a corrupt TIFF, at whatever byte it ends', async () => {
      const whole = await readFile(join(await generatedScene(), 'aoi', 'imagery.tif'));
      for (const share of [0.0001, 0.3, 0.95]) {
        const file = join(folder, 'corrupt.tif');
        await writeFile(file, whole.subarray(0, Math.floor(whole.length * share)));
        told(await run('imagery', 'add', file, '--id', 'corrupt'), 'imagery-corrupt');
      }
    });
    test('a file that is no image at all', async () => {
      const file = join(folder, 'empty.tif');
      await writeFile(file, '');
      told(await run('imagery', 'add', file, '--id', 'empty'), 'imagery-unsupported');
    });
    test('a TIFF without a georeference', async () => {
      const file = join(folder, 'plain.tif');
      await sharp({ create: { width: 64, height: 64, channels: 3, background: '#888' } })
        .tiff()
        .toFile(file);
      told(await run('imagery', 'add', file, '--id', 'plain'), 'imagery-no-georeference');
    });

    test('a package that lacks a file', async () => {
      const copy = await copyPackage(folder, 'lacking');
      await rm(join(copy, 'MLproject'));
      told(await run('model', 'register', copy), 'package-file-missing');
    });
    test('a package whose item is not valid', async () => {
      const copy = await copyPackage(folder, 'invalid');
      const item = JSON.parse(await readFile(join(copy, 'stac-item.json'), 'utf8')) as {
        properties: Record<string, unknown>;
      };
      delete item.properties['mlm:input'];
      await writeFile(join(copy, 'stac-item.json'), JSON.stringify(item));
      told(await run('model', 'register', copy), 'item-invalid');
    });
    test('weights whose digest is not the one of their record', async () => {
      const copy = await copyPackage(folder, 'forged');
      await copyFile(join(copy, 'MLproject'), join(copy, 'versions', 'scene', 'model', 'model.onnx'));
      told(await run('model', 'register', copy), 'weights-digest-mismatch');
    });
    test('a package that differs from its commit', async () => {
      const copy = await copyPackage(folder, 'dirty', true);
      await writeFile(join(copy, 'MLproject'), `${await readFile(join(copy, 'MLproject'), 'utf8')}\n# changed\n`);
      told(await run('model', 'register', copy), 'package-dirty');
    });
    test('a dataset whose labels are no GeoJSON', async () => {
      const copy = join(folder, 'bad-dataset');
      await cp(await generatedScene(), copy, { recursive: true, filter: (path) => !path.includes('/aoi') });
      await writeFile(join(copy, 'labels.geojson'), '{"type": "FeatureCollection"');
      told(await run('dataset', 'add', copy), 'dataset-invalid');
    });

    test('nothing of all that is half registered', async () => {
      expect(await holdings(cairnUp!)).toBe(before);
    });

    test('Python missing, uv missing: the set-up says what to install', async () => {
      const bare = join(folder, 'bare');
      const failed = await promisify(execFile)('sh', [join(repository, 'tools/setup.sh')], {
        env: { PATH: await onlyBasics(bare), CAIRN_TOOLS: join(folder, 'tools') },
      }).catch((error: unknown) => error as { code: number; stderr: string });
      expect(failed).toMatchObject({ code: 3, stderr: expect.stringContaining('python-missing') as string });
    });
  });
}

/** A PATH folder with what the set-up script itself needs, and no Python. */
async function onlyBasics(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const name of ['sh', 'dirname', 'cat', 'sha256sum', 'cut', 'mkdir', 'rm']) {
    await symlink(`/usr/bin/${name}`, join(folder, name));
  }
  return folder;
}

/** What the catalogue and the registry hold, but for predictions. */
async function holdings({ client }: Opened): Promise<string> {
  const lists = await Promise.all(
    ['models', 'versions', 'datasets', 'imagery'].map(async (collection) => {
      const { features } = await client.get<{ features: { id: string }[] }>(
        `/stac/collections/${collection}/items?limit=100`,
      );
      return [collection, features.map(({ id }) => id).sort()];
    }),
  );
  return JSON.stringify(lists);
}
