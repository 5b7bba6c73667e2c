import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { ReceiptError } from './error.ts';

/** A SHA-256 digest as `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const HEX = /^[0-9a-f]{64}$/;

/** SHA-256 of bytes, or of the UTF-8 bytes of a text, as 64 lower-case hexadecimal digits. */
export function sha256Hex(data: Uint8Array | string): string {
  return bytesToHex(sha256(typeof data === 'string' ? utf8ToBytes(data) : data));
}

/** SHA-256 of bytes, or of the UTF-8 bytes of a text, as `sha256:<hex>`. */
export function digestOf(data: Uint8Array | string): Digest {
  return `sha256:${sha256Hex(data)}`;
}

/** Whether a value is a well-formed `sha256:<hex>`. */
export function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && DIGEST.test(value);
}

/** The digest for 64 hexadecimal digits. Throws ReceiptError where they are not. */
export function digestFromHex(hex: string): Digest {
  if (!HEX.test(hex)) throw new ReceiptError(`Not a SHA-256 in lower-case hexadecimal: ${JSON.stringify(hex)}.`);
  return `sha256:${hex}`;
}

/** The 64 hexadecimal digits of `sha256:<hex>`. Throws ReceiptError where the text is no such digest. */
export function digestHex(digest: string): string {
  if (!isDigest(digest)) {
    throw new ReceiptError(
      `Not a digest: ${JSON.stringify(digest)}. Give "sha256:" and 64 lower-case hexadecimal digits.`,
    );
  }
  return digest.slice('sha256:'.length);
}

/** SHA-256 of content that arrives in pieces, so that a large file needs no room in memory. */
export class DigestStream {
  readonly #hash = sha256.create();

  /** Takes the next piece: bytes, or a text as UTF-8. */
  update(data: Uint8Array | string): this {
    this.#hash.update(typeof data === 'string' ? utf8ToBytes(data) : data);
    return this;
  }

  /** The digest of all pieces; ends the stream, so it can be asked for once. */
  digest(): Digest {
    return `sha256:${bytesToHex(this.#hash.digest())}`;
  }
}
