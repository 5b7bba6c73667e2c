import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { ReceiptError } from './error.ts';
import { isObject, member } from './json.ts';
import { type PrivateKey, type PublicKey, sign, verifySignature } from './key.ts';

/** Payload type of an in-toto statement. */
export const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** A DSSE envelope with one signature, as it stands in JSON: payload and signature in base64. */
export interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly [{ readonly sig: string; readonly keyid: string }];
}

/** An envelope's bytes after decoding; nothing about them is trusted yet. */
export interface OpenedEnvelope {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  readonly signature: Uint8Array;
  readonly keyid: string;
}

const MAX_PAYLOAD_CHARACTERS = 16 * 1024 * 1024;

/** What a DSSE signature is over: the pre-authentication encoding of payload type and payload (DSSE 1.0). */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8ToBytes(payloadType);
  return concatBytes(utf8ToBytes(`DSSEv1 ${type.length} `), type, utf8ToBytes(` ${payload.length} `), payload);
}

/** Puts an in-toto payload into an envelope, signed by one key. */
export function signEnvelope(payload: Uint8Array, key: PrivateKey): Envelope {
  const signature = sign(preAuthenticationEncoding(IN_TOTO_PAYLOAD_TYPE, payload), key);
  return {
    payload: encodeBase64(payload),
    payloadType: IN_TOTO_PAYLOAD_TYPE,
    signatures: [{ sig: encodeBase64(signature), keyid: key.publicKey.keyid }],
  };
}

/** Decodes an envelope from untrusted JSON. Throws ReceiptError that names the member that is malformed. */
export function openEnvelope(value: unknown): OpenedEnvelope {
  if (!isObject(value)) throw new ReceiptError('The envelope is not a JSON object.');
  const payload = member(value, 'payload');
  const payloadType = member(value, 'payloadType');
  const signatures = member(value, 'signatures');
  if (typeof payload !== 'string') throw new ReceiptError("The envelope's payload is missing.");
  if (payload.length > MAX_PAYLOAD_CHARACTERS) throw new ReceiptError("The envelope's payload is larger than 16 MiB.");
  if (typeof payloadType !== 'string') throw new ReceiptError("The envelope's payloadType is missing.");
  const first: unknown = Array.isArray(signatures) && signatures.length === 1 ? signatures[0] : undefined;
  const sig = isObject(first) ? member(first, 'sig') : undefined;
  const keyid = isObject(first) ? member(first, 'keyid') : undefined;
  if (typeof sig !== 'string' || typeof keyid !== 'string') {
    throw new ReceiptError('The envelope does not hold exactly one signature with sig and keyid.');
  }
  return { payload: decodeBase64(payload), payloadType, signature: decodeBase64(sig), keyid };
}

/** Whether an opened envelope's signature holds under a key. */
export function verifyEnvelope(envelope: OpenedEnvelope, key: PublicKey): boolean {
  return verifySignature(preAuthenticationEncoding(envelope.payloadType, envelope.payload), envelope.signature, key);
}
