import { Marked, type Tokens } from 'marked';
import { address, escaped } from './html.ts';
import type { Page } from './page.ts';
import { placeOf } from './sources.ts';
import { follow, type Ground, type Target } from './target.ts';

/** An image's pixels. */
export interface Size {
  width: number;
  height: number;
}

/**
 * A page's words as HTML. HTML in them becomes text; a link to a file of the source, which the site does not hold, becomes its words.
 * @param sizes of the images, by their path in the repository
 */
export function articleOf(page: Page, ground: Ground, sizes: ReadonlyMap<string, Size>): string {
  const place = placeOf(page.path);
  const targetOf = (kind: 'link' | 'image', { href, text }: { href: string; text: string }): Target => {
    const target = follow(page, { kind, href, text, line: 0 }, ground);
    if (typeof target === 'string') throw new Error(`${page.path}: ${target}`);
    return target;
  };
  const markdown = new Marked({
    gfm: true,
    renderer: {
      html: ({ text }) => escaped(text),
      heading(token) {
        const { depth, anchor } = page.headings.get(token)!;
        return `<h${depth} id="${escaped(anchor)}">${this.parser.parseInline(token.tokens)}</h${depth}>\n`;
      },
      // Wide ones are moved by the keyboard too.
      code: ({ text, lang = '' }) =>
        `<pre tabindex="0"${/^\w+$/.test(lang) ? ` class="${lang}"` : ''}><code>${escaped(text)}</code></pre>\n`,
      table(token) {
        return `<div class="table" tabindex="0">${tableOf(token, (cell) => this.parser.parseInline(cell.tokens))}</div>\n`;
      },
      link(token) {
        const words = this.parser.parseInline(token.tokens);
        const target = targetOf('link', token);
        if (target.kind === 'source') return `<span class="source" title="${escaped(target.path)}">${words}</span>`;
        return `<a href="${escaped(hrefOf(place, target))}">${words}</a>`;
      },
      image(token) {
        const target = targetOf('image', token);
        const size = target.kind === 'image' ? sizes.get(target.path)! : { width: 0, height: 0 };
        const { width, height } = size;
        const shape = height > width ? ' class="upright"' : '';
        return `<img${shape} src="${escaped(hrefOf(place, target))}" alt="${escaped(token.text)}" width="${width}" height="${height}" loading="lazy">`;
      },
    },
  });
  return markdown.parser(page.tokens);
}

function hrefOf(place: string, target: Target): string {
  switch (target.kind) {
    case 'web':
      return target.address;
    case 'page':
      return `${address(place, placeOf(target.page.path))}${target.anchor === '' ? '' : `#${encodeURIComponent(target.anchor)}`}`;
    case 'image':
    case 'source':
      return address(place, target.path.replace(/^docs\//, ''));
  }
}

function tableOf({ header, rows, align }: Tokens.Table, words: (cell: Tokens.TableCell) => string): string {
  const cells = (row: readonly Tokens.TableCell[], name: 'td' | 'th'): string =>
    row
      .map((cell, column) => `<${name}${align[column] === 'right' ? ' class="number"' : ''}>${words(cell)}</${name}>`)
      .join('');
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n');
  const head = header.some(({ text }) => text !== '') ? `<thead><tr>${cells(header, 'th')}</tr></thead>\n` : '';
  return `<table>\n${head}<tbody>\n${body}\n</tbody>\n</table>`;
}
