import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { cairn, type Ended } from '../src/cairn.ts';
import type { DemoHome } from '../src/demo-home.ts';

const run = promisify(execFile);

interface File {
  type: string;
  features: { id: string; properties: Record<string, number>; geometry: { coordinates: number[][][] } }[];
  'cairn:receipt': { bundle: { dsseEnvelope: { payload: string } } };
}

/** `cairn verify`: with the network off, and against every kind of change. */
export function describeVerify(demo: () => DemoHome): void {
  describe('verify', () => {
    let folder = '';
    let withoutNetwork: string[] = [];
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cairn-verify-'));
      // A network namespace of its own, with not even loopback up: where this machine allows it, as root.
      withoutNetwork = await run('unshare', ['-n', 'true']).then(
        () => ['unshare', '-n'],
        () => [],
      );
    });
    const key = (): string => join(demo().home, 'keys', 'cairn.pub');
    const verify = (file: string): Promise<Ended> =>
      cairn(['verify', file, '--key', key()], { home: join(folder, 'no-home'), under: withoutNetwork });
    const changed = async (name: string, change: (file: File) => unknown): Promise<string> => {
      const file = JSON.parse(await readFile(demo().out, 'utf8')) as File;
      const result = change(file) ?? file;
      const path = join(folder, `${name}.geojson`);
      await writeFile(path, typeof result === 'string' ? result : JSON.stringify(result));
      return path;
    };
    /** Rewrites the signed payload, as a forger without the key would. */
    const forge = (file: File, change: (facts: Record<string, { value: unknown }>) => void): void => {
      const envelope = file['cairn:receipt'].bundle.dsseEnvelope;
      const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as {
        predicate: { facts: Record<string, { value: unknown }> };
      };
      change(statement.predicate.facts);
      envelope.payload = Buffer.from(JSON.stringify(statement)).toString('base64');
    };

    test('the file as it was written holds, with no server, no state folder and no network', async () => {
      const { code, stdout, stderr } = await verify(demo().out);
      expect(stdout + stderr).toContain('The receipt holds');
      expect(code).toBe(0);
    });

    test('it says which facts were witnessed here and which a shipped record told', async () => {
      const { stdout } = await verify(demo().out);
      expect(stdout).toMatch(/ok\s+weights digest .*witnessed here/);
      expect(stdout).toMatch(/ok\s+MLflow run .*not witnessed here/);
      expect(stdout).toMatch(/ok\s+code commit .*witnessed here/);
    });

    test('white space, the order of members and the order of features may change', async () => {
      const path = await changed('reordered', (file) =>
        JSON.stringify(
          Object.fromEntries(Object.entries({ ...file, features: file.features.toReversed() }).toReversed()),
          null,
          3,
        ),
      );
      expect((await verify(path)).code).toBe(0);
    });

    test.each<[string, (file: File) => unknown, RegExp]>([
      [
        'a moved corner',
        (file) => void (file.features[3]!.geometry.coordinates[0]![1]![0]! += 1e-6),
        /feature|building/i,
      ],
      ['another confidence', (file) => void (file.features[0]!.properties['confidence'] = 0.123), /feature|building/i],
      ['a building taken out', (file) => void file.features.splice(2, 1), /missing|features|buildings/i],
      [
        'a building twice',
        (file) => void file.features.push(file.features[0]!),
        /twice|more than once|repeated|features/i,
      ],
    ])('%s is named', async (name, change, words) => {
      const { code, stdout } = await verify(await changed(name.replaceAll(' ', '-'), change));
      expect(code).toBe(4);
      expect(stdout).toMatch(/FAIL/);
      expect(stdout).toMatch(words);
    });

    test.each<[string, RegExp]>([
      ['codeCommit', /code commit/],
      ['packageDigest', /package digest/],
      ['environmentDigest', /environment digest/],
      ['weightsDigest', /weights digest/],
      ['mlflowRun', /MLflow run/],
      ['datasetDigest', /dataset digest/],
      ['imageryDigests', /imagery digests/],
      ['parameters', /parameters/],
      ['approver', /approver/],
      ['areaKm2', /area covered/],
    ])('a forged %s is named', async (name, words) => {
      const path = await changed(`forged-${name}`, (file) =>
        forge(file, (facts) => void (facts[name]!.value = altered(facts[name]!.value))),
      );
      const { code, stdout } = await verify(path);
      expect(code).toBe(4);
      expect(
        stdout
          .split('\n')
          .filter((line) => line.includes('FAIL'))
          .join('\n'),
      ).toMatch(words);
    });

    test('extract writes the manifest and bundles that other programs can read', async () => {
      const { code, stdout } = await cairn(['receipt', 'extract', demo().out, '--out', folder], { home: folder });
      expect(code).toBe(0);
      expect(stdout).toContain('manifest.txt');
      const file = JSON.parse(await readFile(demo().out, 'utf8')) as File;
      const lines = (await readFile(join(folder, 'manifest.txt'), 'utf8')).trimEnd().split('\n');
      expect(lines).toHaveLength(file.features.length);
      const bundle = JSON.parse(await readFile(join(folder, 'prediction.sigstore.json'), 'utf8')) as {
        mediaType: string;
      };
      expect(bundle.mediaType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    });
  });
}

/** The same shape with another content. */
function altered(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') {
    return value.replace(/[0-9a-f]$/, (digit) => (digit === '0' ? '1' : '0')).replace(/[^0-9a-f]$/, (end) => `${end}x`);
  }
  if (Array.isArray(value)) return value.map(altered);
  if (typeof value === 'object' && value !== null) {
    const [[first, inner] = ['added', 0], ...rest] = Object.entries(value);
    return { [first]: altered(inner), ...Object.fromEntries(rest) };
  }
  return 'changed';
}
