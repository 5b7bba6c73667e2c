import type { Network, NetworkTensor } from './network.ts';

interface Described {
  name?: string;
  [member: string]: unknown;
}

/**
 * What MLM tells of a network, of which the package's item tells for its own weights, as it is with those that were trained:
 * the number of parameters is counted, shapes and types of inputs and outputs are those of the file. What cannot be known
 * is left out rather than copied: the number where the file does not tell it, and the memory where the network is another.
 * @param described properties of the package's item.
 * @param network null where the weights are no ONNX file that can be read.
 */
export function describedNetwork(described: Record<string, unknown>, network: Network | null): Record<string, unknown> {
  const { 'mlm:total_parameters': told, 'mlm:memory_size': memory, ...others } = described;
  const parameters = network?.parameters ?? null;
  const batch = network?.inputs[0]?.shape?.[0] ?? -1;
  return {
    ...others,
    ...(parameters === null ? {} : { 'mlm:total_parameters': parameters }),
    ...(memory !== undefined && parameters !== null && parameters === told ? { 'mlm:memory_size': memory } : {}),
    // A network of one fixed batch takes no other.
    ...(batch > 0 && 'mlm:batch_size_suggestion' in others ? { 'mlm:batch_size_suggestion': batch } : {}),
    ...tensors(others, 'mlm:input', 'input', network?.inputs ?? []),
    ...tensors(others, 'mlm:output', 'result', network?.outputs ?? []),
  };
}

/** The inputs or outputs with the shape and type of the file's of the same name; `member` holds those two. */
function tensors(
  described: Record<string, unknown>,
  property: string,
  member: string,
  found: readonly NetworkTensor[],
): Record<string, unknown> {
  const list = described[property];
  if (!Array.isArray(list)) return {};
  const fitted = (list as Described[]).map((one) => {
    const tensor = found.find(({ name }) => name === one.name);
    const own = one[member] as { shape?: unknown[]; data_type?: unknown } | undefined;
    if (tensor === undefined || own === undefined) return one;
    const shape = tensor.shape ?? own.shape;
    // Its axes are named one by one: of another number of them nothing can be told.
    if (shape?.length !== own.shape?.length) return one;
    return { ...one, [member]: { ...own, shape, data_type: tensor.type ?? own.data_type } };
  });
  return { [property]: fitted };
}
