import type { OipInferRequest, OipTensor } from '@cairn/contracts';
import type { ServingConfig } from './config.ts';
import { Detector } from './detector.ts';
import { Network } from './network.ts';
import { transform } from './transformer.ts';
import { readWeights } from './weights.ts';

/** A tensor as the metadata of a model tells it (Open Inference Protocol v2, $metadata_tensor). */
export interface TensorMetadata {
  name: string;
  datatype: string;
  shape: number[];
}

/** What this process serves: one node of the graph, or the chain of both. */
export interface GraphNode {
  name: string;
  version: string;
  inputs: TensorMetadata[];
  outputs: TensorMetadata[];
  infer(request: OipInferRequest): Promise<OipTensor>;
}

/**
 * Loads what the role needs: its weights, checked against their digest before anything reads them.
 * @throws CairnError `weights-digest-mismatch`, `weights-unavailable`, `not-found`, `package-invalid`
 */
export async function loadNode({ role, name, version, weights }: ServingConfig): Promise<GraphNode> {
  const of = (input: string, output: string, infer: GraphNode['infer']): GraphNode => ({
    name,
    version,
    inputs: [{ name: input, datatype: 'BYTES', shape: [1] }],
    outputs: [{ name: output, datatype: 'BYTES', shape: [1] }],
    infer,
  });
  if (weights === undefined) return of('probability', 'shapes', transform);
  const network = await Network.load(await readWeights(weights), weights.threads);
  const detector = new Detector({ network, layout: weights });
  if (role === 'detector') return of('image', 'probability', (request) => detector.infer(request));
  return of('image', 'shapes', async (request) => transform({ inputs: [await detector.infer(request)] }));
}
