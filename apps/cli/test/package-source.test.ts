import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readPackageSource } from '../src/package-source.ts';

test.each([
  ['https://reader:secret@git.example.org/models.git', 'https://git.example.org/models.git'],
  ['https://reader:p@secret@git.example.org/models.git', 'https://git.example.org/models.git'],
  ['git@git.example.org:models.git', 'git@git.example.org:models.git'],
])('a package in a checkout of %s names it without what opens it', async (remote, told) => {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-package-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const git = (...words: string[]) => execFileSync('git', ['-C', folder, ...words], { stdio: 'ignore' });
  writeFileSync(join(folder, 'MLproject'), 'name: tiny\n');
  git('init');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '--message', 'Begin');
  git('remote', 'add', 'origin', remote);
  expect((await readPackageSource(folder, false)).proof?.repository).toBe(told);
});
