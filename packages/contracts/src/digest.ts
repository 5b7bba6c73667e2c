import { Type } from 'typebox';

/** A SHA-256 digest as text: `sha256:` and 64 lower-case hexadecimal digits. */
export const Digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$', description: 'sha256:<hex>' });
/** A SHA-256 digest as text. */
export type Digest = string;

/** An identifier that is safe in a URL, a file name and a STAC item: lower-case words joined by hyphens or dots. */
export const Identifier = Type.String({
  pattern: '^[a-z0-9][a-z0-9._-]{0,99}$',
  description: 'lower-case letters, digits, . _ -',
});

/** Makes an identifier out of a file's or folder's name: lower case, `-` for what is not allowed. */
export function toIdentifier(name: string): string {
  const made = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\.(tiff?|geotiff)$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 100);
  return made === '' ? 'unnamed' : made;
}
