import { readFileSync } from 'node:fs';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Shell } from '../src/shell/Shell.tsx';

test('the bar that the document brings is the one that is drawn until the words are there', () => {
  const html = readFileSync(new URL('../index.html', import.meta.url), 'utf8');
  const [, inside = ''] = /<div id="root">([\s\S]*)<\/div>\s*<script/.exec(html) ?? [];
  const parts = (markup: string) =>
    markup
      .replaceAll(/\s*\/?>\s*/g, '>')
      .replaceAll(/\s+</g, '<')
      .trim();
  // React asks for an image ahead of what it draws on a server.
  const drawn = renderToStaticMarkup(createElement(Shell)).replace(/<link[^>]*>/g, '');
  expect(parts(inside)).toBe(parts(drawn));
});
