import type { Page } from 'playwright-core';

/**
 * What differs from run to run and is looked at by other tests: what a map draws, which building is first, how a machine is.
 * Letters stand where their font says, and not at the next pixel.
 */
const looks = `
  .canvas, .table-body, .part-detail dd { opacity: 0 !important; }
  code, pre, .digest { font-family: var(--font-latin) !important; }
  * { text-rendering: geometricPrecision !important; }
`;

/** In the browser: images that are seen have come; those further down may wait for their turn. */
export const imagesShown =
  '[...document.images].every((one) => one.complete || one.getBoundingClientRect().top > innerHeight)';

/** Runs in the browser: other figures, days and digests take no other room, and so move nothing else. */
const settle = `(() => {
  if (window.looks === undefined) {
    window.looks = new CSSStyleSheet();
    window.looks.replaceSync(${JSON.stringify(looks)});
    document.adoptedStyleSheets.push(window.looks);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.nodeValue;
    const plain = text
      .replace(/\\p{L}{3,4} \\d{1,2}, \\d{4}/gu, 'Jan 00, 0000')
      .replace(/\\d{1,2}(\\u200f?\\/)\\d{1,2}(\\u200f?\\/)\\d{4}/g, '00$100$20000')
      .replace(/\\d{1,2}(:\\d\\d)+(\\s)(AM|PM|ص|م)/g, (_, rest, space, half) => '00' + rest + space + (half.length === 2 ? 'AM' : 'ص'))
      .replace(/[\\d.,]+ (ms|sec|min|hr)\\b/g, '0 sec')
      .replace(/\\b(?=[0-9a-f]*\\d)[0-9a-f]{7,}\\b/g, (digest) => '0'.repeat(digest.length))
      .replace(/\\d/g, '0');
    if (plain !== text) texts.currentNode.nodeValue = plain;
  }
  const isSeen = (one) => one.getBoundingClientRect().top < innerHeight;
  return (
    document.fonts.status === 'loaded' &&
    ${imagesShown} &&
    ![...document.querySelectorAll('.waiting, .spinner, .canvas:not([data-idle="true"])')].some(isSeen)
  );
})()`;

/** How long a page is looked at before it is given up, in ms. */
const most = 90_000;

/**
 * A picture of what a page's window shows, as PNG, once that is the same twice: with its fonts and images, without what moves,
 * and with 0 for every digit, which stays on the page.
 */
export async function stillOf(page: Page): Promise<Buffer> {
  let last: Buffer | undefined;
  for (const end = performance.now() + most; performance.now() < end;) {
    const isReady = await page.evaluate<boolean>(settle);
    const now = await page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' });
    if (isReady && last?.equals(now) === true) return now;
    last = isReady ? now : undefined;
  }
  throw new Error(`The page at ${page.url()} does not come to rest.`);
}
