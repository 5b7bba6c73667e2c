import { graphTensors, type InferRequest, type Tensor } from '@cairn/contracts';
import type { ServingConfig } from './config.ts';
import { tensorOf } from './block.ts';
import { Detector } from './detector.ts';
import { Network } from './network.ts';
import { taskFor } from './tasks/tasks.ts';
import { shapesTensor, transform } from './transformer.ts';
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
export async function loadNode({ role, name, version, model, weights }: ServingConfig): Promise<GraphNode> {
  const task = taskFor(model.task, model.classes);
  const [edge, shapes] = [task.edge, graphTensors.shapes].map((name) => ({ name, datatype: 'BYTES', shape: [1] }));
  if (weights === undefined) {
    const infer: GraphNode['infer'] = (request) => transform(request, task);
    return { name, version, platform: 'cairn_transformer', inputs: [edge!], outputs: [shapes!], infer };
  }
  const reads = { outputs: task.outputs, expressions: model.expressions };
  const network = await Network.load(await readWeights(weights), weights.threads, reads);
  const detector = new Detector({ network, task, layout: weights });
  const { image, probability } = network.tensors;
  const outputs = [task.answersRaw ? probability : edge!];
  const node = { name, version, platform: 'onnxruntime_onnx', inputs: [image], outputs };
  const infer = async (request: Pick<InferRequest, 'inputs'>): Promise<Tensor> => {
    const raw = await detector.answer(request);
    if (raw !== null) return raw;
    const { place, found } = await detector.find(request);
    return role === 'detector'
      ? tensorOf(task.edge, place, [await task.pack(found)])
      : shapesTensor(found, place, task);
  };
  if (role === 'detector') return { ...node, infer };
  return { ...node, outputs: task.answersRaw ? [probability, shapes!] : [shapes!], infer };
}
