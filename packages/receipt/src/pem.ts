import { decodeBase64, encodeBase64 } from './base64.ts';
import { ReceiptError } from './error.ts';

/** DER bytes as PEM text (RFC 7468): lines of 64, a final newline. */
export function writePem(label: string, der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/**
 * The DER bytes of the one PEM block with this label in a text. Throws ReceiptError where there is none, or more than
 * one; the message names the label that was found instead.
 */
export function readPem(label: string, pem: string): Uint8Array {
  const blocks = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]{0,10000})-----END \1-----/g)];
  const wanted = blocks.filter(([, found]) => found === label);
  const [block] = wanted;
  if (!block || wanted.length > 1) {
    const found = blocks.map(([, other]) => `"${other}"`).join(', ') || 'no PEM block';
    throw new ReceiptError(`Expected one PEM block "${label}" but found ${found}.`);
  }
  return decodeBase64((block[2] ?? '').replace(/\s+/g, ''));
}
