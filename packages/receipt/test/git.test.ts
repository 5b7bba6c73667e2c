import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blobId, type CommitProof, type CommitWitness, type GitFile, treeId, witnessCommit } from '../src/index.ts';

const repository = mkdtempSync(join(tmpdir(), 'witness-'));
const FOLDER = 'models/building-detector';

function git(...args: string[]): Buffer {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...args], { cwd: repository });
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), content);
}

function proofOf(path: string): CommitProof {
  const segments = path === '' ? [] : path.split('/');
  const folders = Array.from({ length: segments.length + 1 }, (_, depth) => segments.slice(0, depth).join('/'));
  const trees = folders.map((folder) => git('cat-file', 'tree', `HEAD:${folder}`).toString('base64'));
  return { commit: git('cat-file', 'commit', 'HEAD').toString('base64'), trees, path };
}

/** The files of a folder as git lists them, with blob ids computed from the bytes on disk. */
function filesOf(folder: string): GitFile[] {
  const listed = git('ls-tree', '-r', '-z', `HEAD:${folder}`).toString('utf8').split('\0').filter(Boolean);
  return listed.map((line) => {
    const [meta = '', path = ''] = line.split('\t');
    const mode = meta.split(' ')[0] as GitFile['mode'];
    const file = join(repository, folder, path);
    const bytes = mode === '120000' ? execFileSync('readlink', ['-n', file]) : readFileSync(file);
    return { path, mode, blob: blobId(bytes) };
  });
}

function reasonOf(witness: CommitWitness): string {
  return witness.commit === null ? witness.reason : 'witnessed';
}

beforeAll(() => {
  git('init', '-q');
  write('README.md', 'A repository\n');
  write('models.md', 'sorts between models and models/\n');
  write('models/other/x', 'x');
  // git sorts "a.b" before folder "a", and "a0" after it.
  for (const path of ['a.b', 'a/b', 'a0', 'MLproject', 'empty', 'tests/deep/er/é.py']) {
    write(`${FOLDER}/${path}`, path === 'empty' ? '' : `${path}\n`);
  }
  write(`${FOLDER}/train.sh`, '#!/bin/sh\n');
  chmodSync(join(repository, FOLDER, 'train.sh'), 0o755);
  symlinkSync('a.b', join(repository, FOLDER, 'link'));
  git('add', '-A');
  git('commit', '-q', '-m', 'A first commit');
});

afterAll(() => rmSync(repository, { recursive: true }));

test('a folder is seen in the commit that git made of it', () => {
  const commit = git('rev-parse', 'HEAD').toString().trim();
  const tree = git('rev-parse', `HEAD:${FOLDER}`).toString().trim();
  expect(treeId(filesOf(FOLDER))).toBe(tree);
  expect(witnessCommit(filesOf(FOLDER), proofOf(FOLDER))).toEqual({ commit, tree });
});

test('the root of a repository can be witnessed too', () => {
  const tree = git('rev-parse', 'HEAD^{tree}').toString().trim();
  expect(witnessCommit(filesOf(''), proofOf(''))).toMatchObject({ tree });
});

test('a changed, added, missing or re-moded file is named', () => {
  const files = filesOf(FOLDER);
  const change = (path: string, other: Partial<GitFile>): GitFile[] =>
    files.map((file) => (file.path === path ? { ...file, ...other } : file));
  const reason = (changed: GitFile[]): string => reasonOf(witnessCommit(changed, proofOf(FOLDER)));
  const blob = blobId(new TextEncoder().encode('tampered'));
  expect(reason(change('MLproject', { blob }))).toMatch(/"MLproject" differs/);
  expect(reason(change('train.sh', { mode: '100644' }))).toMatch(/"train.sh" differs/);
  expect(reason(change('tests/deep/er/é.py', { blob }))).toMatch(/"tests" differs/);
  expect(reason(files.slice(1))).toMatch(/is missing here/);
  expect(reason([...files, { path: 'new', mode: '100644', blob }])).toMatch(/"new" is not in/);
});

test('a proof that does not lead from the commit to the folder says where it breaks', () => {
  const files = filesOf(FOLDER);
  const proof = proofOf(FOLDER);
  const reason = (changed: Partial<CommitProof>): string => reasonOf(witnessCommit(files, { ...proof, ...changed }));
  const forged = Buffer.from(proof.trees[1] ?? '', 'base64');
  forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
  expect(reason({ trees: proof.trees.with(1, forged.toString('base64')) })).toMatch(
    /tree given for "models" is not the commit's/,
  );
  expect(reason({ path: 'models/other' })).toMatch(/tree given for "models\/other" is not/);
  expect(reason({ path: 'models/absent' })).toMatch(/no folder "absent" in "models"/);
  expect(reason({ path: 'models' })).toMatch(/holds 3 trees; the path "models" needs 2/);
  expect(reason({ commit: 'AAAA' })).toMatch(/Not a git commit/);
  expect(reason({ commit: '*' })).toMatch(/Not base64/);
});
