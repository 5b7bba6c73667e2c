import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataAddresses } from '../../src/data/origin/addresses.ts';
import { readPointer, readRemote } from '../../src/data/origin/pointer.ts';
import { temporaryFolder } from '../db/template.ts';
import { lay } from './folder.ts';

describe('data are fetched from public addresses and from what the settings name', () => {
  it.each([
    'http://8.8.8.8/data.git',
    'ssh://git@example.org/data.git',
    'ext::sh -c true',
    'https://127.0.0.1/data.git',
    'https://[::1]/data.git',
    'https://10.0.0.7/data.git',
    'https://169.254.169.254/latest',
    'https://8.8.8.8/data.git?token=abc',
    '/etc',
    'file:///etc',
    '../data',
  ])('not from %s', async (url) => {
    const checked = new DataAddresses({ allowed: [], proxied: false }).check(url, '/inputs/dvc/url');
    await expect(checked).rejects.toMatchObject({ code: 'input-invalid', more: { where: '/inputs/dvc/url' } });
  });

  it('never repeats a password', async () => {
    const checked = new DataAddresses({ allowed: [], proxied: false }).check(
      'https://me:secret@8.8.8.8/data.git',
      '/inputs/dvc/url',
    );
    const refused = (await checked.catch((error: unknown) => error)) as Error;
    expect(refused.message).not.toMatch(/secret|me:/);
  });

  it('from a host of one’s own only where the setting that the refusal names names it', async () => {
    const checked = new DataAddresses({ allowed: [], proxied: false }).check('https://localhost/data.git', '/url');
    await expect(checked).rejects.toMatchObject({
      more: { where: '/url', action: expect.stringContaining('CAIRN_DATA_SOURCES=localhost:443') as string },
    });
  });

  it('from hosts and folders that are named, and from no folder that a link leads to', async () => {
    const home = await temporaryFolder();
    await mkdir(join(home, 'open', 'data'), { recursive: true });
    await mkdir(join(home, 'closed'));
    await symlink(join(home, 'closed'), join(home, 'open', 'link'));
    const addresses = new DataAddresses({ allowed: ['127.0.0.1:3000', join(home, 'open')], proxied: false });
    expect(await addresses.check('http://127.0.0.1:3000/data.git', '')).toMatchObject({
      kind: 'host',
      settings: ['http.curloptResolve=127.0.0.1:3000:127.0.0.1'],
    });
    expect(await addresses.check(join(home, 'open', 'data'), '')).toEqual({
      kind: 'folder',
      path: join(home, 'open', 'data'),
    });
    for (const path of [join(home, 'open', 'link'), join(home, 'closed'), join(home, 'opener')]) {
      await expect(addresses.check(path, '')).rejects.toMatchObject({ code: 'input-invalid' });
    }
    await expect(addresses.check('https://127.0.0.1:3001/data.git', '')).rejects.toMatchObject({
      code: 'input-invalid',
    });
  });
});

describe('of a DVC repository', () => {
  it('the default remote is read, and a folder that DVC pins', async () => {
    const folder = await temporaryFolder();
    await lay(folder, {
      '.dvc/config': `[core]\n    remote = store\n['remote "other"']\n    url = /etc\n['remote "store"']\n    url = s3://bucket/data\n    endpointurl = https://s3.example.org\n`,
      'town.dvc': `outs:\n- md5: ${'a'.repeat(32)}.dir\n  size: 12\n  nfiles: 3\n  path: town\n`,
    });
    expect(await readRemote(folder)).toEqual({ url: 's3://bucket/data', endpointUrl: 'https://s3.example.org' });
    expect(await readPointer(folder, 'town')).toEqual({ md5: `${'a'.repeat(32)}.dir`, size: 12, files: 3 });
  });

  it('what would send dvc elsewhere, and what pins no folder, is refused', async () => {
    const folder = await temporaryFolder();
    const out = `outs:\n- md5: ${'a'.repeat(32)}.dir\n  path: town\n`;
    await lay(folder, {
      'import.dvc': `${out}deps:\n- path: /etc/passwd\n`,
      'file.dvc': `outs:\n- md5: ${'a'.repeat(32)}\n  path: file\n`,
      'broken.dvc': 'outs: [',
    });
    for (const path of ['import', 'file', 'broken', 'missing']) {
      await expect(readPointer(folder, path)).rejects.toMatchObject({
        code: 'data-unreachable',
        more: { where: `${path}.dvc` },
      });
    }
    expect(await readRemote(folder)).toBeUndefined();
  });
});
