import { p256 } from '@noble/curves/nist.js';
import { concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { sha256Hex } from './digest.ts';
import { ReceiptError } from './error.ts';
import { readPem, writePem } from './pem.ts';

// DER of a P-256 key is fixed but for the key itself (RFC 5480, 5915 and 5958), so a comparison reads it and no parser is needed.
const SPKI_HEAD = hexToBytes('3059301306072a8648ce3d020106082a8648ce3d030107034200');
const PKCS8_HEAD = hexToBytes('308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420');
const PKCS8_POINT = hexToBytes('a144034200');
const PKCS8_HEAD_WITHOUT_POINT = hexToBytes('3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420');
const SEC1_HEAD = hexToBytes('30770201010420');
const SEC1_POINT = hexToBytes('a00a06082a8648ce3d030107a144034200');
const SCALAR_BYTES = 32;
const POINT_BYTES = 65;

/** An ECDSA P-256 public key: its uncompressed point (65 bytes) and its id, SHA-256 of the SPKI DER in hexadecimal. */
export interface PublicKey {
  readonly keyid: string;
  readonly point: Uint8Array;
}

/** An ECDSA P-256 private key: the scalar (32 bytes) and the public key that goes with it. */
export interface PrivateKey {
  readonly scalar: Uint8Array;
  readonly publicKey: PublicKey;
}

function startsWith(bytes: Uint8Array, head: Uint8Array, at = 0): boolean {
  return head.every((byte, index) => bytes[at + index] === byte);
}

function publicKeyFromPoint(point: Uint8Array): PublicKey {
  if (!p256.utils.isValidPublicKey(point, false)) throw new ReceiptError('The public key is not a point of P-256.');
  return { keyid: sha256Hex(concatBytes(SPKI_HEAD, point)), point };
}

function privateKeyFromScalar(scalar: Uint8Array): PrivateKey {
  if (!p256.utils.isValidSecretKey(scalar)) throw new ReceiptError('The private key is outside the range of P-256.');
  return { scalar, publicKey: publicKeyFromPoint(p256.getPublicKey(scalar, false)) };
}

/** A new private key from the platform's cryptographic random numbers. */
export function generateKey(): PrivateKey {
  return privateKeyFromScalar(p256.utils.randomSecretKey());
}

/** A public key as PEM (SPKI), as `openssl pkey -pubout` writes it. */
export function writePublicKey(key: PublicKey): string {
  return writePem('PUBLIC KEY', concatBytes(SPKI_HEAD, key.point));
}

/** A private key as PEM (PKCS#8, not encrypted), as `openssl genpkey` writes it. */
export function writePrivateKey(key: PrivateKey): string {
  return writePem('PRIVATE KEY', concatBytes(PKCS8_HEAD, key.scalar, PKCS8_POINT, key.publicKey.point));
}

/** Reads a public key from PEM (SPKI). Throws ReceiptError for anything but an uncompressed point of P-256. */
export function readPublicKey(pem: string): PublicKey {
  const der = readPem('PUBLIC KEY', pem);
  if (der.length !== SPKI_HEAD.length + POINT_BYTES || !startsWith(der, SPKI_HEAD)) {
    throw new ReceiptError('The public key is not ECDSA P-256 with an uncompressed point.');
  }
  return publicKeyFromPoint(der.slice(SPKI_HEAD.length));
}

/**
 * Reads a private key from PEM: PKCS#8, with or without its public point, or SEC 1 ("EC PRIVATE KEY") with it. Throws ReceiptError
 * for any other kind of key, and where the public point does not belong to the private key.
 */
export function readPrivateKey(pem: string): PrivateKey {
  const isSec1 = pem.includes('-----BEGIN EC PRIVATE KEY-----');
  const der = readPem(isSec1 ? 'EC PRIVATE KEY' : 'PRIVATE KEY', pem);
  const bare =
    der.length === PKCS8_HEAD_WITHOUT_POINT.length + SCALAR_BYTES && startsWith(der, PKCS8_HEAD_WITHOUT_POINT);
  if (bare) return privateKeyFromScalar(der.slice(PKCS8_HEAD_WITHOUT_POINT.length));
  const [head, beforePoint] = isSec1 ? [SEC1_HEAD, SEC1_POINT] : [PKCS8_HEAD, PKCS8_POINT];
  const pointAt = head.length + SCALAR_BYTES;
  const isWhole = der.length === pointAt + beforePoint.length + POINT_BYTES;
  if (!isWhole || !startsWith(der, head) || !startsWith(der, beforePoint, pointAt)) {
    throw new ReceiptError(
      'The private key is not ECDSA P-256 in PKCS#8 or SEC 1. Make one by: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256',
    );
  }
  const key = privateKeyFromScalar(der.slice(head.length, pointAt));
  if (!startsWith(der, key.publicKey.point, pointAt + beforePoint.length)) {
    throw new ReceiptError('The public point in the private key file does not belong to the private key.');
  }
  return key;
}

/** Signs a message: ECDSA over its SHA-256 with the nonce of RFC 6979, low S, in DER. The same input gives the same bytes. */
export function sign(message: Uint8Array, key: PrivateKey): Uint8Array {
  return p256.sign(message, key.scalar, { prehash: true, lowS: true, format: 'der' });
}

/** Whether a DER signature over a message's SHA-256 holds under a key, with low or high S; false for malformed bytes. */
export function verifySignature(message: Uint8Array, signature: Uint8Array, key: PublicKey): boolean {
  try {
    return p256.verify(signature, message, key.point, { prehash: true, lowS: false, format: 'der' });
  } catch {
    return false;
  }
}
