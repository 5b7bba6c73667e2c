import type { InferRequest, Tensor } from '@cairn/contracts';
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
  platform: string;
  /** As a caller who knows nothing of blocks sends it. */
  inputs: TensorMetadata[];
  outputs: TensorMetadata[];
  infer(request: Pick<InferRequest, 'inputs'>): Promise<Tensor>;
}

/**
 * Loads what the role needs: its weights, checked against their digest before anything reads them.
 * @throws CairnError `weights-digest-mismatch`, `weights-unavailable`, `not-found`, `package-invalid`
 */
export async function loadNode({ role, name, version, weights }: ServingConfig): Promise<GraphNode> {
  if (weights === undefined) {
    const platform = 'cairn_transformer';
    return { name, version, platform, inputs: [block.probability], outputs: [block.shapes], infer: transform };
  }
  const network = await Network.load(await readWeights(weights), weights.threads);
  const detector = new Detector({ network, layout: weights });
  const { image, probability } = network.tensors;
  const node = { name, version, platform: 'onnxruntime_onnx', inputs: [image], outputs: [probability] };
  if (role === 'detector') return { ...node, infer: (request) => detector.infer(request) };
  return {
    ...node,
    outputs: [probability, block.shapes],
    infer: async (request) => transform({ inputs: [await detector.infer(request)] }),
  };
}

/** Tensors of a block; see `graphTensors`. */
const block = {
  probability: { name: 'probability', datatype: 'BYTES', shape: [1] },
  shapes: { name: 'shapes', datatype: 'BYTES', shape: [1] },
};
