import { graphTensors, isBytes, type InferRequest, type Tensor } from '@cairn/contracts';
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
  return tensorOf(graphTensors.shapes, place, JSON.stringify(await task.shapes(data, place)));
}
