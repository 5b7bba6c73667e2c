import { createHash } from 'node:crypto';
import {
  bytesOfTensor,
  type Digest,
  graphTensors,
  invalidMember,
  isBytes,
  type InferAnswer,
  type InferRequest,
  type Tensor,
} from '@cairn/contracts';
import { digestFromHex, digestHex, makeReceipt, RECEIPT_MEMBER, tensorList, type TensorList } from '@cairn/receipt';
import type { Database } from '../../db/database.ts';
import type { Actor } from '../../identity/actor.ts';
import { recordEvent } from '../../identity/events.ts';
import { softwareVersion } from '../../platform/status.ts';
import type { Draft, Receipts } from '../../receipts/receipts.ts';
import { demandUnrevoked } from '../../registry/revocation.ts';
import { versionId } from '../../registry/version-row.ts';
import { type Answering, answering } from '../../registry/answering.ts';
import type { Versions } from '../../registry/versions.ts';
import type { GraphBackend } from '../backend/backend.ts';
import { graphOf } from '../graph.ts';
import type { Precedence } from '../precedence.ts';
import { versionTrail } from '../trail.ts';
import { inferenceId, inferenceOf, insertInference } from './inference-row.ts';

/** What the door works with. */
export interface InferenceParts {
  database: Database;
  versions: Versions;
  receipts: Receipts;
  backend: GraphBackend;
  precedence: Precedence;
}

/** Parameter of a request that wants the receipt in the answer, and of an answer that holds it, as JSON text. */
export const receiptParameter = RECEIPT_MEMBER;

/**
 * Inferences by the Open Inference Protocol v2: a raw image goes to a version in production, and its answer leaves a signed
 * receipt of both, by their digests. The bytes themselves are not kept. Asked the same again, a version is run again; where it
 * answers the same, the receipt that there is holds, and is named again.
 */
export class Inferences {
  readonly #parts: InferenceParts;

  constructor(parts: InferenceParts) {
    this.#parts = parts;
  }

  /**
   * Answers a request to `MODEL/NUMBER`, or to `MODEL`: then to its default. The answer's parameter `receipt` is the digest of
   * the receipt.
   * @throws CairnError `not-found`, `version-not-in-production`, `revoked`, `input-invalid`, `weights-digest-mismatch`,
   * `model-output-invalid`, `serving-unavailable`
   */
  async answer(ref: string, request: InferRequest, actor: Actor, signal: AbortSignal): Promise<InferAnswer> {
    const { versions, database, backend, precedence } = this.#parts;
    const named = await versions.production(ref);
    const image = imageOf(request);
    const input = listOf(image);
    const { version, route } = await answering(versions, database, ref, named, { input: input.digest });
    const output = await precedence.first(() => backend.ask(graphOf(version), image, signal));
    const receipt = await this.#receipt({ version, route }, input, listOf(output), actor);
    return {
      ...(request.id === undefined ? {} : { id: request.id }),
      model_name: version.model,
      model_version: String(version.version),
      parameters: {
        receipt,
        ...(request.parameters[receiptParameter] === true ? { [receiptParameter]: await this.#whole(receipt) } : {}),
      },
      outputs: [output],
    };
  }

  /** The digest of the receipt that tells of an inference: of a new one, or of one that was the same. */
  async #receipt(answering: Answering, input: TensorList, output: TensorList, actor: Actor): Promise<Digest> {
    const { version } = answering;
    const { database, receipts } = this.#parts;
    const id = inferenceId(version, input, output);
    const earlier = await inferenceOf(database, id);
    if (earlier !== null) return earlier.receipt;
    const draft = await this.#draft(id, answering, input, output);
    const issued = await receipts.sign(database, draft);
    return database.transaction(async (tx) => {
      // Two callers may have asked the same at once: the second finds what the first left.
      await tx.query('select pg_advisory_xact_lock(hashtext($1))', [draft.subject]);
      const meanwhile = await inferenceOf(tx, id);
      if (meanwhile !== null) return meanwhile.receipt;
      const grounds = [version.weights_digest, version.package_digest, version.dataset_digest];
      await demandUnrevoked(tx, grounds, versionId(version));
      await receipts.record(tx, draft, issued);
      await insertInference(tx, {
        id,
        model: version.model,
        version: version.version,
        input_digest: input.digest,
        output_digest: output.digest,
        receipt: issued.digest,
        actor: actor.id,
      });
      await recordEvent(tx, actor, {
        kind: 'inference.made',
        subject: draft.subject,
        data: { version: versionId(version), input: input.digest, output: output.digest, receipt: issued.digest },
      });
      return issued.digest;
    });
  }

  async #draft(
    id: string,
    { version, route }: Answering,
    input: TensorList,
    output: TensorList,
  ): Promise<Draft<'inference'>> {
    const { database, receipts } = this.#parts;
    const { facts, upstream, licences } = await versionTrail(database, receipts, version);
    const witnessed = <T>(value: T): { value: T; known: 'witnessed' } => ({ value, known: 'witnessed' });
    return {
      kind: 'inference',
      subject: `inference:${id}`,
      facts: {
        ...facts,
        ...(route === null ? {} : { route: witnessed(route) }),
        inputTensors: witnessed(input),
        outputTensors: witnessed(output),
        softwareVersion: witnessed(softwareVersion),
        licences: witnessed(licences),
      },
      subjects: [{ name: 'outputs', digest: { sha256: digestHex(output.digest) } }],
      upstream,
    };
  }

  /** A receipt with all that it builds on, as JSON text: a parameter of the protocol can be no object. */
  async #whole(digest: Digest): Promise<string> {
    const { database, receipts } = this.#parts;
    const bundle = await receipts.get(database, digest);
    return JSON.stringify(makeReceipt(bundle, await receipts.upstreamOf(database, bundle), receipts.publicKeyPem));
  }
}

/** The one tensor that may be asked with: what else came would be signed for as if it had counted. */
function imageOf({ inputs, outputs = [] }: InferRequest): Tensor {
  const [image] = inputs;
  if (inputs.length !== 1 || image?.name !== graphTensors.image) {
    throw invalidMember('/inputs', `must be one tensor "${graphTensors.image}"`);
  }
  if (isBytes(image)) throw invalidMember('/inputs/0/datatype', 'must be FP32 (0..1) or UINT8 (0..255)');
  const other = outputs.findIndex(({ name }) => name !== graphTensors.probability);
  if (other >= 0) throw invalidMember(`/outputs/${other}/name`, `must be "${graphTensors.probability}"`);
  // What is signed, and no more: by parameters a model server would be asked about a block.
  const { name, datatype, shape, data } = image;
  return { name, datatype, shape, data };
}

function listOf(tensor: Tensor): TensorList {
  const { name, datatype, shape } = tensor;
  const digest = digestFromHex(createHash('sha256').update(bytesOfTensor(tensor)).digest('hex'));
  return tensorList([{ name, datatype, shape, digest }]);
}
