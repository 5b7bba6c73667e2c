import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Anchors } from '../src/anchors.ts';
import { makeSite, type Site, writeSite } from '../src/site.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);

let place: string;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'cairn-site-'));
});
afterAll(() => rm(place, { recursive: true, force: true }));

/** A repository of these files, with a picture. */
async function pagesOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(place, 'repository-'));
  const picture = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'green' } })
    .webp()
    .toBuffer();
  for (const [path, text] of Object.entries({ 'docs/images/map.webp': picture, ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

async function documentAt(folder: string, path: string): Promise<string> {
  const file = (await makeSite(folder)).files.get(path);
  return typeof file === 'string' ? file : '';
}

describe('the docs of this repository', () => {
  test('hold together in the image too, which is built from what .dockerignore lets in', async () => {
    const folder = await mkdtemp(join(place, 'context-'));
    const lines = (await readFile(join(repository, '.dockerignore'), 'utf8')).split('\n');
    for (const path of lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await symlink(join(repository, path), join(folder, path));
    }
    const { faults, files } = await makeSite(folder);
    expect(faults).toEqual([]);
    const documents = (site: Site['files']) => [...site.keys()].filter((path) => path.endsWith('.html'));
    expect(documents(files)).toEqual(documents((await makeSite(repository)).files));
  });

  test('have no link, anchor or image that leads nowhere', async () => {
    expect((await makeSite(repository)).faults).toEqual([]);
  });

  test('become the same bytes each time, with nothing of another host in them', async () => {
    for (const name of ['one', 'two']) await writeSite(await makeSite(repository), join(place, name));
    await run('diff', ['--recursive', join(place, 'one'), join(place, 'two')]);
    const paths = await readdir(join(place, 'one'), { recursive: true });
    for (const path of paths.filter((one) => one.endsWith('.html'))) {
      const text = await readFile(join(place, 'one', path), 'utf8');
      expect(text).not.toMatch(/<script|<style|\sstyle=|\son\w+=|src="(https?:)?\/\//);
    }
  });

  test('stand where the sources and messages name them', async () => {
    const { stdout } = await run(
      'git',
      [
        'grep',
        '--only-matching',
        '-hE',
        '\\bdocs/[a-z0-9/-]+\\.md\\b',
        '--',
        '*.ts',
        '*.tsx',
        '*.md',
        '*.yaml',
        '*.py',
        '*.sh',
        'Makefile',
        ':!apps/docs/test',
      ],
      { cwd: repository },
    );
    const missing = [...new Set(stdout.trim().split('\n'))].filter((path) => !existsSync(join(repository, path)));
    expect(missing).toEqual([]);
  });
});

describe('the check', () => {
  const broken = {
    'docs/README.md': `# Start

A [page](map/first.md), one that [is not there](map/second.md),
![a picture](images/none.webp) and \`[no](link.md)\`.

- an [anchor](map/first.md#two-words) that holds, and
  [one](map/first.md#three-words) that does not

| table |
| --- |
| [of this page](#nowhere) |

\`\`\`md
[in code](nothing.md)
\`\`\`

![](images/map.webp) <b>bold</b> [up](../../etc/passwd) [root](/docs/map/first.md) [bad](javascript:alert)
![far](https://example.org/a.png) [case](map/First.md) [file](images/map.webp) [web](https://example.org/)
`,
    'docs/map/first.md': '# First\n\n## Two words\n\n[back](../README.md) [folder](../images)\n',
    'README.md': '# Repository\n\n[docs](docs/nothing.md)\n',
  };

  test('names file and line of what leads nowhere, and of nothing else', async () => {
    expect((await makeSite(await pagesOf(broken))).faults.sort()).toEqual(
      [
        'README.md:3: there is no docs/nothing.md',
        'docs/README.md:17: HTML is not taken over; write it in Markdown',
        'docs/README.md:17: HTML is not taken over; write it in Markdown',
        'docs/README.md:17: /docs/map/first.md begins with "/"; name it from this page\'s folder',
        'docs/README.md:17: javascript:alert is no address of the web',
        'docs/README.md:17: the image docs/images/map.webp has no words for those who do not see it',
        'docs/README.md:17: ../../etc/passwd leads out of the repository',
        'docs/README.md:18: the image https://example.org/a.png is of another host; keep pictures in docs/images',
        'docs/README.md:18: there is no docs/map/First.md',
        'docs/README.md:3: there is no docs/map/second.md',
        'docs/README.md:4: there is no image docs/images/none.webp',
        'docs/README.md:7: docs/map/first.md has no heading #three-words',
        'docs/README.md:11: docs/README.md has no heading #nowhere',
      ].sort(),
    );
  });

  test('ends with 1 and writes no site', async () => {
    const folder = await pagesOf(broken);
    const main = join(repository, 'apps/docs/src/main.ts');
    const words = ['--import', 'tsx', main, '--repository', folder, '--out', join(folder, 'site')];
    const { code, stderr } = await run(process.execPath, words, { cwd: repository }).then(
      () => ({ code: 0, stderr: '' }),
      (error: unknown) => error as { code: number; stderr: string },
    );
    expect(code).toBe(1);
    expect(stderr).toContain('docs/README.md:3: there is no docs/map/second.md\n');
    expect(await readdir(folder)).not.toContain('site');
  });

  test('tells a picture that is none', async () => {
    const folder = await pagesOf({
      'docs/README.md': '# A\n\n![words](images/not.webp)\n',
      'docs/images/not.webp': 'not a picture',
    });
    expect((await makeSite(folder)).faults).toEqual([
      'docs/README.md:3: docs/images/not.webp cannot be read as an image',
    ]);
  });
});

describe('a page', () => {
  test('links to pages, anchors and pictures by where they stand on the site; a source is its words', async () => {
    const folder = await pagesOf({
      'docs/README.md': '# Start\n',
      'docs/map/README.md':
        '# Map\n\n[a](../model/own.md#how-so) [b](../) [c](../../src/main.ts) ![seen](../images/map.webp)\n',
      'docs/model/own.md': '# Own\n\n## How so?\n',
      'src/main.ts': '',
    });
    const html = await documentAt(folder, 'map/index.html');
    expect(html).toContain('<a href="../model/own.html#how-so">a</a>');
    expect(html).toContain('<a href="../index.html">b</a>');
    expect(html).toContain('<span class="source" title="src/main.ts">c</span>');
    expect(html).toContain('src="../images/map.webp" alt="seen" width="40" height="30"');
  });

  test('keeps words that look like HTML as words', async () => {
    const folder = await pagesOf({
      'docs/README.md': '# A & B\n\n`<script>` and 1 < 2\n\n```\n<b onclick="x">\n```\n',
    });
    const html = await documentAt(folder, 'index.html');
    expect(html).toContain('<title>A &amp; B · Cairn</title>');
    expect(html).toContain('<code>&lt;script&gt;</code> and 1 &lt; 2');
    expect(html).toContain('&lt;b onclick=&quot;x&quot;&gt;');
  });

  test('stands in the order in which the page of its folder leads to it, between its neighbours', async () => {
    const folder = await pagesOf({
      'docs/README.md': '# Start\n\n[model](model/README.md) [map](map/README.md)\n',
      'docs/map/README.md': '# For mappers\n\n[z](z.md) [a](a.md)\n',
      'docs/map/a.md': '# A\n',
      'docs/map/z.md': '# Z\n',
      'docs/map/unnamed.md': '# Unnamed\n',
      'docs/model/README.md': '# For scientists\n',
    });
    const html = await documentAt(folder, 'map/a.html');
    const contents = html.slice(html.indexOf('id="contents"'));
    const order = [...contents.matchAll(/<(?:a|strong)[^>]*>([^<]+)</g)].map(([, words]) => words);
    expect(order).toEqual(['For scientists', 'For mappers', 'For mappers', 'Z', 'A', 'Unnamed']);
    expect(html).toMatch(/rel="prev" href="z.html".*rel="next" href="unnamed.html"/s);
  });
});

test('headings are named as GitHub names them', () => {
  const anchors = new Anchors();
  const names = ['What happens?', 'What happens?', "A model's `card_1`", 'Über 3,5 – m²', 'a-b  c'].map((one) =>
    anchors.of(one),
  );
  expect(names).toEqual(['what-happens', 'what-happens-1', 'a-models-card_1', 'über-35--m²', 'a-b--c']);
});
