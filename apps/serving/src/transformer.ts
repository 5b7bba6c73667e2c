import { graphTensors, isBytes, type BlockParameters, type InferRequest, type Tensor } from '@cairn/contracts';
import { blockOf, tensorOf } from './block.ts';
import type { ModelTask } from './tasks/model-task.ts';

/**
 * The second node of the graph: what the detector says of a block to outlines, exactly along pixel edges. Pixels without data
 * are never part of an outline, whatever the threshold. The answer to a raw image, which has no place, goes through as it is.
 * @throws CairnError `input-invalid`
 */
export async function transform(request: Pick<InferRequest, 'inputs'>, task: ModelTask): Promise<Tensor> {
  const raw = request.inputs.find(({ name }) => name === graphTensors.probability);
  if (raw?.datatype === 'FP32' && !isBytes(raw)) return raw;
  const { place, data } = blockOf(request, task.edge);
  return shapesTensor(await task.unpack(data, place), place, task);
}

/** Outlines of what the detector found, as the tensor `shapes`. */
export function shapesTensor(found: unknown, place: BlockParameters, task: ModelTask): Tensor {
  const texts = task.shapes(found, place).map((shapes) => JSON.stringify(shapes));
  return tensorOf(graphTensors.shapes, place, texts);
}
