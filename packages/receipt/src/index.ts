export { decodeBase64, encodeBase64 } from './base64.ts';
export { type Bundle, BUNDLE_MEDIA_TYPE, openBundle, signBundle } from './bundle.ts';
export { canonicalJson } from './canonical.ts';
export { type Digest, digestFromHex, digestHex, digestOf, DigestStream, isDigest, sha256Hex } from './digest.ts';
export {
  type Envelope,
  IN_TOTO_PAYLOAD_TYPE,
  openEnvelope,
  type OpenedEnvelope,
  preAuthenticationEncoding,
  signEnvelope,
  verifyEnvelope,
} from './dsse.ts';
export { ReceiptError } from './error.ts';
export {
  type Fact,
  FACT_NAMES,
  type FactName,
  type FactsOf,
  factTitle,
  type FactValues,
  type Licence,
  REQUIRED_FACTS,
} from './fact.ts';
export { type FileDigest, filesetDigest, filesetText } from './fileset.ts';
export { normaliseGeometry, type NormalGeometry } from './geometry.ts';
export { blobId, type CommitProof, type CommitWitness, type GitFile, treeId, witnessCommit } from './git.ts';
export { makeStatement, payloadDigest, signStatement } from './issue.ts';
export { type JsonObject, type JsonValue, parseJson } from './json.ts';
export {
  generateKey,
  type PrivateKey,
  type PublicKey,
  readPrivateKey,
  readPublicKey,
  sign,
  verifySignature,
  writePrivateKey,
  writePublicKey,
} from './key.ts';
export { type Kind, KIND_TITLES, kindOf, KINDS, type Known, predicateTypeOf } from './kind.ts';
export { featureId, idOfLine, Manifest, manifestLine, RECEIPT_PROPERTY } from './manifest.ts';
export { attach, extract, type ExtractedReceipt, makeReceipt, type Receipt, RECEIPT_MEMBER } from './receipt.ts';
export {
  readStatement,
  type StatedFact,
  type Statement,
  STATEMENT_TYPE,
  statementPayload,
  type Subject,
  type Upstream,
} from './statement.ts';
export {
  type Check,
  type HeldReceipt,
  type Verification,
  type VerifiedFact,
  verifyFeatureCollection,
  verifyInference,
  type VerifyOptions,
} from './verify.ts';
export { revocableDigests } from './verify/revocable.ts';
export type { HeldTensor } from './verify/tensors.ts';
export { type TensorDigest, type TensorList, tensorList } from './tensor.ts';
export { describeValue, KNOWN_WORDS } from './words.ts';
