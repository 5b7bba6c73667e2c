import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readKubeconfig } from '../../src/kubernetes/kubeconfig.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-kubeconfig-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function written(user: object, cluster: object = { server: 'https://10.0.0.1:6443' }): Promise<string> {
  const file = join(folder, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [
      { name: 'elsewhere', context: { cluster: 'other', user: 'other' } },
      { name: 'here', context: { cluster: 'home', user: 'cairn', namespace: 'cairn' } },
    ],
    clusters: [
      { name: 'other', cluster: { server: 'https://other.example.org' } },
      { name: 'home', cluster },
    ],
    users: [
      { name: 'other', user: { token: 'other' } },
      { name: 'cairn', user },
    ],
  };
  await writeFile(file, stringify(config));
  return file;
}

describe('a kubeconfig', () => {
  it('tells server, trust and token of its current context', async () => {
    const ca = Buffer.from('a certificate').toString('base64');
    const server = 'https://10.0.0.1:6443/clusters/home';
    const file = await written({ token: 'secret' }, { server, 'certificate-authority-data': ca });
    const access = await readKubeconfig(file);
    expect(access.server.href).toBe(server);
    expect(access.ca?.toString()).toBe('a certificate');
    expect(await access.token?.()).toBe('secret');
  });

  it("reads the files that it names, from its own folder, and a token's each time", async () => {
    const file = await written({ tokenFile: 'token' });
    await writeFile(join(folder, 'token'), 'first\n');
    const { token } = await readKubeconfig(file);
    expect(await token?.()).toBe('first');
    await writeFile(join(folder, 'token'), 'second\n');
    expect(await token?.()).toBe('second');
    await writeFile(join(folder, 'cert'), 'c');
    await writeFile(join(folder, 'key'), 'k');
    const withCert = await readKubeconfig(await written({ 'client-certificate': 'cert', 'client-key': 'key' }));
    expect([withCert.cert?.toString(), withCert.key?.toString(), withCert.token]).toEqual(['c', 'k', undefined]);
  });

  it.each([
    ['runs a program for its credentials', () => written({ exec: { command: 'aws' } }), 'neither a token nor'],
    ['names a file that is not there', () => written({ 'client-certificate': 'no', 'client-key': 'no' }), 'names no,'],
    ['names no server', () => written({ token: 't' }, { server: 'cluster' }), 'names no server'],
    ['is not there', () => Promise.resolve(join(folder, 'missing')), 'cannot be read'],
  ])('is refused where it %s', async (_what, file, words) => {
    await expect(readKubeconfig(await file())).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining(words) as unknown,
    });
  });
});
