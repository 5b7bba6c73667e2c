import { CairnError, invalidMember, type InferAnswer, type InferRequest } from '@cairn/contracts';
import type { GraphNode } from '../node.ts';

/** The model that a request names; without a version, whichever is served. */
export interface ModelRef {
  name: string;
  version?: string;
}

/** What the server tells of itself. */
export const serverMetadata = { name: 'cairn-serving', version: '0.1.0', extensions: ['binary_tensor_data'] };

/** @throws CairnError `not-found` where this server serves another model or version. */
export function demandModel(node: GraphNode, { name, version }: ModelRef): void {
  if (name === node.name && (version === undefined || version === node.version)) return;
  const asked = version === undefined ? name : `${name}, version ${version}`;
  throw new CairnError('not-found', `This server serves ${node.name}, version ${node.version}, not ${asked}.`);
}

/** What the protocol tells of a model. */
export function modelMetadata(node: GraphNode, ref: ModelRef) {
  demandModel(node, ref);
  const { name, version, platform, inputs, outputs } = node;
  return { name, versions: [version], platform, inputs, outputs };
}

/**
 * Answers a request, in whichever form it came.
 * @throws CairnError `not-found`, `input-invalid`, `model-output-invalid`
 */
export async function answerOf(node: GraphNode, ref: ModelRef, request: InferRequest): Promise<InferAnswer> {
  demandModel(node, ref);
  const { id, outputs: wanted } = request;
  demandOutputs(wanted, (name) => node.outputs.some((output) => output.name === name), namesOf(node.outputs));
  const output = await node.infer(request);
  demandOutputs(wanted, (name) => name === output.name, `"${output.name}" for inputs like these`);
  return { ...(id === undefined ? {} : { id }), model_name: node.name, model_version: node.version, outputs: [output] };
}

function demandOutputs(wanted: InferRequest['outputs'], isThere: (name: string) => boolean, there: string): void {
  const missing = wanted?.findIndex(({ name }) => !isThere(name)) ?? -1;
  if (missing >= 0) throw invalidMember(`/outputs/${missing}/name`, `must be ${there}`);
}

function namesOf(tensors: readonly { name: string }[]): string {
  return tensors.map(({ name }) => `"${name}"`).join(' or ');
}
