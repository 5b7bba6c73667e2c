import { graphTensors, isBytes, type InferRequest, type Tensor } from '@cairn/contracts';
import { traceBlock } from '@cairn/geo';
import { blockOf, tensorOf, unpack } from './block.ts';

/**
 * The second node of the graph: the probability of each pixel of a core to the outlines of what stands on it, exactly
 * along pixel edges. Pixels without data (0) are never part of an outline, whatever the threshold. The answer to a raw image,
 * which has no place, goes through as it is.
 * @throws CairnError `input-invalid`
 */
export async function transform(request: Pick<InferRequest, 'inputs'>): Promise<Tensor> {
  const raw = request.inputs.find(({ name }) => name === graphTensors.probability);
  if (raw?.datatype === 'FP32' && !isBytes(raw)) return raw;
  const { place, data } = blockOf(request, graphTensors.probability);
  const core = { x0: place.coreX0, y0: place.coreY0, x1: place.coreX1, y1: place.coreY1 };
  const probability = await unpack(data, (core.x1 - core.x0) * (core.y1 - core.y0));
  const least = Math.max(1, place.threshold * 255);
  const mask = probability.map((value) => (value >= least ? 1 : 0));
  return tensorOf(graphTensors.shapes, place, JSON.stringify(traceBlock(mask, core, probability)));
}
