import { ReceiptError } from './error.ts';

/** Bytes as standard base64 with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  // In pieces: the arguments of one call are limited.
  for (let start = 0; start < bytes.length; start += 8192) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(binary);
}

/**
 * Bytes of standard base64. Throws ReceiptError for any text that `encodeBase64` would not have written (blanks, missing
 * padding, loose bits), so that one content has one spelling.
 */
export function decodeBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new ReceiptError('Not base64: it holds characters outside the alphabet.');
  }
  if (btoa(binary) !== text) throw new ReceiptError('Not standard base64: blanks, padding or loose bits are wrong.');
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
