import { posix } from 'node:path';

/** Words as they may stand in a document or in a quoted attribute. */
export function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** The address of one place of the site as another names it, so that the site stands under any folder. */
export function address(from: string, to: string): string {
  return posix.relative(posix.dirname(from), to).split('/').map(encodeURIComponent).join('/');
}
