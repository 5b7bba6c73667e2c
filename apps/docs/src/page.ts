import { Marked, type Token, type Tokens, type TokensList } from 'marked';
import { Anchors } from './anchors.ts';

/** A heading, and the anchor by which links name it. */
export interface Heading {
  depth: number;
  text: string;
  anchor: string;
}

/** What a page points to: another place, or an image of its own; `line` counts from 1. */
export interface Reference {
  kind: 'link' | 'image';
  href: string;
  /** An image's words for those who do not see it. */
  text: string;
  line: number;
}

/** A page as it is written. Paths are those of the repository, with `/`. */
export interface Page {
  path: string;
  title: string;
  tokens: TokensList;
  headings: Map<Token, Heading>;
  references: Reference[];
  /** Lines in which HTML stands, which the site does not take over. */
  html: number[];
}

const markdown = new Marked({ gfm: true });

/** Reads a page. Its title is its first heading; one without is named by its path. */
export function readPage(path: string, source: string): Page {
  const text = source.replaceAll('\r\n', '\n');
  const tokens = markdown.lexer(text);
  const headings = new Map<Token, Heading>();
  const references: Reference[] = [];
  const html: number[] = [];
  const anchors = new Anchors();
  let begin = 0;
  for (const block of tokens) {
    // A token knows its words and not its place; in their order they are found again in the block.
    let from = begin;
    void markdown.walkTokens([block], (token) => {
      const at = text.indexOf(token.raw, from);
      const line = lineOf(text, at === -1 ? from : at);
      if (token.type === 'heading') {
        const { depth, tokens: words } = token as Tokens.Heading;
        headings.set(token, { depth, text: plain(words), anchor: anchors.of(plain(words)) });
      } else if (token.type === 'link' || token.type === 'image') {
        const { type, href, text: words } = token as Tokens.Link | Tokens.Image;
        references.push({ kind: type, href, text: words, line });
        // A picture may stand in a link.
        if (at !== -1) from = at + 1;
      } else if (token.type === 'html') html.push(line);
    });
    begin += block.raw.length;
  }
  const title = [...headings.values()].find(({ depth }) => depth === 1)?.text ?? path;
  return { path, title, tokens, headings, references, html };
}

/** The words of inline tokens, without their marks. */
function plain(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ('tokens' in token ? plain((token.tokens as Token[] | undefined) ?? []) : wordsOf(token)))
    .join('');
}

function wordsOf(token: Token): string {
  return 'text' in token && token.type !== 'image' ? String(token.text) : '';
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
