import { type Envelope, IN_TOTO_PAYLOAD_TYPE, openEnvelope, type OpenedEnvelope, signEnvelope } from './dsse.ts';
import { ReceiptError } from './error.ts';
import { isObject, member } from './json.ts';
import type { PrivateKey } from './key.ts';

/** Media type of a Sigstore bundle, version 0.3. */
export const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** A Sigstore bundle 0.3 whose verification material is a public key, named by its id. */
export interface Bundle {
  readonly mediaType: typeof BUNDLE_MEDIA_TYPE;
  readonly verificationMaterial: { readonly publicKey: { readonly hint: string } };
  readonly dsseEnvelope: Envelope;
}

/** Signs an in-toto payload and wraps it as a Sigstore bundle. */
export function signBundle(payload: Uint8Array, key: PrivateKey): Bundle {
  return {
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint: key.publicKey.keyid } },
    dsseEnvelope: signEnvelope(payload, key),
  };
}

/**
 * Opens a bundle from untrusted JSON; its signature is not checked here. Throws ReceiptError where the shape, media type
 * or payload type is another, or where the key's hint and the signature's key id differ.
 */
export function openBundle(value: unknown): OpenedEnvelope {
  if (!isObject(value)) throw new ReceiptError('The bundle is not a JSON object.');
  if (member(value, 'mediaType') !== BUNDLE_MEDIA_TYPE) {
    throw new ReceiptError(`The bundle's mediaType is not ${BUNDLE_MEDIA_TYPE}.`);
  }
  const material = member(value, 'verificationMaterial');
  const publicKey = isObject(material) ? member(material, 'publicKey') : undefined;
  const hint = isObject(publicKey) ? member(publicKey, 'hint') : undefined;
  const envelope = openEnvelope(member(value, 'dsseEnvelope'));
  if (hint !== envelope.keyid) throw new ReceiptError("The bundle's key hint is not the key id of its signature.");
  if (envelope.payloadType !== IN_TOTO_PAYLOAD_TYPE) {
    throw new ReceiptError(`The envelope's payloadType is not ${IN_TOTO_PAYLOAD_TYPE}.`);
  }
  return envelope;
}
