import type { OipInferRequest, OipTensor, Tensor } from '@cairn/contracts';
import type { Graph } from '../graph.ts';

/**
 * Where graphs are executed: a local process on a laptop, a deployment on a cluster. A backend starts what a graph needs
 * with the first block and starts it again where it broke; the answer does not depend on either.
 */
export interface GraphBackend {
  /**
   * Executes a graph on one block: the tensor `image` becomes the tensor `shapes` (see `graphTensors`).
   * @throws CairnError `weights-digest-mismatch`, `model-output-invalid`, `model-timeout`, `serving-unavailable`
   */
  infer(graph: Graph, request: OipInferRequest, signal: AbortSignal): Promise<OipTensor>;
  /**
   * Asks a graph for what its network itself gives: the raw tensor `image` becomes the tensor `probability`.
   * @throws CairnError as `infer`, and `input-invalid`
   */
  ask(graph: Graph, image: Tensor, signal: AbortSignal): Promise<Tensor>;
  /** Whether a graph answers without being started first. */
  isReady(graph: Graph): boolean;
  /** Ends what it started. */
  close(): Promise<void>;
}
