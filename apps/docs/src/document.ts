import { address, escaped } from './html.ts';
import type { Page } from './page.ts';
import { folderOf, type Section } from './sections.ts';
import { placeOf } from './sources.ts';

/** A whole document of the site: bar, article, and the contents with where one stands. No script, and no style in it. */
export function documentOf(page: Page, article: string, sections: readonly Section[]): string {
  const place = placeOf(page.path);
  const own = sections.find(({ folder }) => folder === folderOf(page));
  const read = own?.pages ?? [];
  const here = read.indexOf(page);
  const step = (to: Page | undefined, rel: 'prev' | 'next', words: string): string =>
    to === undefined
      ? ''
      : `<a rel="${rel}" href="${escaped(address(place, placeOf(to.path)))}"><small>${words}</small> ${escaped(to.title)}</a>`;
  return frame({
    title: page.title,
    to: (target) => address(place, target),
    home: '../'.repeat(place.split('/').length),
    main: `${article}<nav class="steps" aria-label="Before and after">${step(read[here - 1], 'prev', 'Before')}${step(read[here + 1], 'next', 'Next')}</nav>
<p class="written quiet small">Written in <code>${escaped(page.path)}</code></p>`,
    contents: contentsOf(page, sections),
  });
}

/** What is answered where no page is; it is sent for addresses of any depth, so it names its links from the root. */
export function nowhere(root: string, sections: readonly Section[]): string {
  return frame({
    title: 'There is no such page',
    to: (target) => `${root}${target}`,
    home: '/',
    main: `<h1>There is no such page</h1>
<p>It may have moved. <a href="${root}">Begin with the start page</a>, or look at the contents.</p>`,
    contents: `<ul>${sections.map((section) => sectionLink(section, `${root}${placeOf(section.pages[0]!.path)}`)).join('\n')}</ul>`,
  });
}

function contentsOf(page: Page, sections: readonly Section[]): string {
  const place = placeOf(page.path);
  const entry = (one: Page): string => {
    if (one !== page)
      return `<li><a href="${escaped(address(place, placeOf(one.path)))}">${escaped(one.title)}</a></li>`;
    const parts = [...page.headings.values()].filter(({ depth }) => depth === 2);
    const inside = parts.map(
      ({ anchor, text }) => `<li><a href="#${encodeURIComponent(anchor)}">${escaped(text)}</a></li>`,
    );
    const list = inside.length > 1 ? `<ul>${inside.join('')}</ul>` : '';
    return `<li><a href="${escaped(address(place, place))}" aria-current="page">${escaped(one.title)}</a>${list}</li>`;
  };
  const items = sections.map((section) => {
    if (section.folder !== folderOf(page)) return sectionLink(section, address(place, placeOf(section.pages[0]!.path)));
    return `<li><strong>${escaped(section.title)}</strong><ul>${section.pages.map(entry).join('\n')}</ul></li>`;
  });
  return `<ul>${items.join('\n')}</ul>`;
}

function sectionLink({ title }: Section, href: string): string {
  return `<li><a class="section" href="${escaped(href)}">${escaped(title)}</a></li>`;
}

function frame(parts: {
  title: string;
  to: (target: string) => string;
  /** The address of the application. */
  home: string;
  main: string;
  contents: string;
}): string {
  const { title, to, home, main, contents } = parts;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Cairn</title>
<link rel="icon" href="${to('favicon.svg')}">
<link rel="stylesheet" href="${to('site.css')}">
</head>
<body class="page">
<a class="skip" href="#main">Skip to the content</a>
<header class="bar">
<a class="brand" href="${to('index.html')}"><img src="${to('favicon.svg')}" alt="" width="24" height="24"><span>Cairn docs</span></a>
<div class="bar-end"><a class="to-contents" href="#contents">Contents</a><a href="${home}">Open Cairn</a></div>
</header>
<div class="columns">
<main id="main" tabindex="-1">
${main}
</main>
<nav id="contents" aria-label="Contents" tabindex="-1">
${contents}
</nav>
</div>
</body>
</html>
`;
}
