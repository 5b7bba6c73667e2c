import type { Digest, ModelTaskName } from '@cairn/contracts';
import type { ProductionVersion } from '../registry/versions.ts';

/** What one node may use. */
export interface NodeResources {
  /** Whole CPUs; as many threads has one inference of the detector. */
  cpu: number;
  memoryMiB: number;
}

/** What the network answers: a task of MLM, and the names of its classes by number, as a JSON list. */
export interface OutputParameters {
  task: ModelTaskName;
  classes: string;
  /** openEO processes by the names of outputs, as a JSON object; left out where there are none. */
  expressions?: string;
}

/** Asks the network about an image. Lengths are in pixels. */
export interface DetectorNode {
  name: 'detector';
  parameters: {
    digest: Digest;
    stride: number;
    halo: number;
    /** Edge of the core of one window of the network. */
    window: number;
  } & OutputParameters;
  resources: NodeResources;
}

/** Makes vectors of what the detector answers. */
export interface TransformerNode {
  name: 'transformer';
  parameters: OutputParameters;
  resources: NodeResources;
}

/**
 * What model servers execute for one version, as plain data: its nodes in the order in which a block passes them, each on
 * what the one before answers. A backend adds what depends on its place: where the weights lie, ports, threads, rights.
 */
export interface Graph {
  model: string;
  version: number;
  nodes: readonly [DetectorNode, TransformerNode];
  /** Copies of the whole chain. */
  replicas: number;
}

/** Edge of a window's core where the network's stride divides it. */
const windowSize = 512;

/** The graph of a version. Halo and window are rounded up to the network's stride. */
export function graphOf(
  version: Pick<ProductionVersion, 'model' | 'version' | 'weights_digest' | 'stride' | 'halo' | 'output'>,
): Graph {
  const { model, weights_digest: digest, stride, halo, output } = version;
  const { task, classes, expressions } = output;
  const answers = {
    task,
    classes: JSON.stringify(classes),
    ...(expressions === undefined ? {} : { expressions: JSON.stringify(expressions) }),
  };
  const rounded = (length: number): number => Math.ceil(length / stride) * stride;
  return {
    model,
    version: version.version,
    nodes: [
      {
        name: 'detector',
        parameters: { digest, stride, halo: rounded(halo), window: rounded(windowSize), ...answers },
        resources: { cpu: 2, memoryMiB: 2048 },
      },
      { name: 'transformer', parameters: answers, resources: { cpu: 1, memoryMiB: 512 } },
    ],
    replicas: 1,
  };
}

/** How the blocks of a graph have to lie. Lengths are in pixels. */
export function layoutOf({ nodes: [detector] }: Graph): Pick<DetectorNode['parameters'], 'stride' | 'halo' | 'window'> {
  const { stride, halo, window } = detector.parameters;
  return { stride, halo, window };
}

/** Edge of a block's core near to the wanted one: whole windows, so that no window is cut. */
export function blockSize(graph: Graph, wanted: number): number {
  const { window } = layoutOf(graph);
  return Math.max(1, Math.round(wanted / window)) * window;
}
