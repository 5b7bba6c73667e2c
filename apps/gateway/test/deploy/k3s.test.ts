import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repository } from './rendering.ts';

const run = promisify(execFile);
const folder = join(repository, 'deploy/k3s');

/** Runs a script as root of nothing: with settings of its own, and a cluster that does not answer. */
async function script(name: string, args: string[], settings: string, cwd = folder) {
  const env = { PATH: process.env['PATH'], CAIRN_SETTINGS: settings, KUBECONFIG: join(settings, 'none') };
  try {
    const { stdout } = await run(join(folder, name), args, { env, cwd });
    return { code: 0, said: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: stdout + stderr };
  }
}

describe('the scripts for one server', () => {
  let settings: string;
  beforeAll(async () => {
    settings = await mkdtemp(join(tmpdir(), 'cairn-k3s-'));
  });
  afterAll(() => rm(settings, { recursive: true }));

  test.each(['install.sh', 'backup.sh', 'restore.sh', 'uninstall.sh', 'images.sh'])(
    'say what they take, and refuse what they do not know: %s',
    async (name) => {
      const { code, said } = await script(name, ['--help'], settings);
      expect([code, said.split('\n')[0]]).toEqual([0, expect.stringContaining(`usage: ${name}`)]);
      if (name !== 'images.sh') expect((await script(name, ['--bogus'], settings)).code).toBe(2);
    },
  );

  test.each([
    [['--host', 'a.example.org', '--acme', 'me@example.org'], 'where the images are'],
    [['--host', 'a.example.org', '--registry', 'r.example.org/cairn'], 'where the certificate comes from'],
    [['--host', "x'; reboot; '", '--registry', 'r', '--acme', 'me@example.org'], 'no name'],
    [['--host', 'a.example.org', '--registry', 'r', '--acme', 'me@example.org', '--no-k3s'], 'Traefik of k3s'],
    [['--host', 'a.example.org', '--registry', 'r', '--certificate', 'a.pem'], 'needs --key'],
    [['--host'], '--host needs a value'],
  ])('tell which options do not go together: %s', async (args, words) => {
    const { code, said } = await script('install.sh', args, settings);
    expect([code, said]).toEqual([2, expect.stringContaining(words)]);
  });

  test.skipIf(process.getuid?.() !== 0)(
    'hold a certificate against its key and the host before anything is done',
    async () => {
      const make = (name: string, host: string) =>
        run('openssl', [
          ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'],
          ...['-keyout', join(settings, `${name}.key`), '-out', join(settings, `${name}.crt`)],
          ...['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`],
        ]);
      await make('own', 'cairn.example.org');
      await make('other', 'cairn.example.org');
      // Named from where the script is called.
      const install = async (host: string, key: string) =>
        script(
          'install.sh',
          ['--no-k3s', '--registry', 'r', '--host', host, '--certificate', 'own.crt', '--key', key],
          settings,
          settings,
        );
      expect(await install('other.example.org', 'own.key')).toMatchObject({
        code: 3,
        said: expect.stringContaining('not one of other.example.org') as string,
      });
      const locked = await install('cairn.example.org', 'other.key');
      expect(locked).toMatchObject({ code: 3, said: expect.stringContaining('is not the key of') as string });
      const key = (await readFile(join(settings, 'other.key'), 'utf8')).split('\n')[1]!;
      expect(locked.said).not.toContain(key);
      // All of that holds; what is not there is the cluster.
      expect((await install('cairn.example.org', 'own.key')).said).toMatch(/The cluster does not answer|no kubectl/);
      expect(await readdir(settings)).not.toContain('options');
    },
  );

  test('give Traefik what it needs, and ACME where it is asked for', async () => {
    const text = await readFile(join(folder, 'traefik.yaml'), 'utf8');
    const values = (file: string) => {
      const { spec } = parse(file) as { spec: { valuesContent: string } };
      return parse(spec.valuesContent) as { additionalArguments: string[]; persistence?: object };
    };
    const own = values(text.replaceAll(/^#acme .*\n/gm, ''));
    expect(own.additionalArguments).toHaveLength(3);
    expect(own.persistence).toBeUndefined();
    const got = values(text.replaceAll(/^#acme /gm, '').replace('ACME_EMAIL', 'me@example.org'));
    expect(got.additionalArguments).toContain('--certificatesresolvers.cairn.acme.email=me@example.org');
    expect(got.persistence).toMatchObject({ enabled: true, path: '/data' });
  });

  test('write units of which every word is told', async () => {
    const text = await readFile(join(folder, 'install.sh'), 'utf8');
    for (const unit of await readdir(join(folder, 'systemd'))) {
      const asked = (await readFile(join(folder, 'systemd', unit), 'utf8')).match(/@[A-Z]+@/g) ?? [];
      for (const word of asked) expect(text).toContain(`s|${word}|`);
    }
    expect(parse(await readFile(join(folder, 'config.yaml'), 'utf8'))).toEqual({
      'secrets-encryption': true,
      'write-kubeconfig-mode': '0600',
    });
  });
});
