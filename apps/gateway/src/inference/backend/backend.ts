import type { Tensor } from '@cairn/contracts';
import type { BlockImage } from '../block-image.ts';
import type { Graph } from '../graph.ts';

/** Told in words what a request waits for while its graph is started. */
export type Tell = (words: string) => void;

/**
 * Where graphs are executed: a local process on a laptop, a deployment on a cluster. A backend starts what a graph needs
 * with the first block and starts it again where it broke; the answer does not depend on either. What nobody asks for uses
 * nothing after an idle time.
 */
export interface GraphBackend {
  /**
   * Executes a graph on one block, or several that lie together: answers the shapes of each as JSON text, row by row.
   * @throws CairnError `weights-digest-mismatch`, `model-output-invalid`, `model-timeout`, `serving-unavailable`; on a
   * cluster also `image-unavailable`, `quota-exceeded`, `cluster-full`, `cluster-refused`, `weights-unavailable`
   */
  infer(graph: Graph, image: BlockImage, signal: AbortSignal, tell?: Tell): Promise<string[]>;
  /**
   * Asks a graph for what its network itself gives: the raw tensor `image` becomes the tensor `probability`.
   * @throws CairnError as `infer`, and `input-invalid`
   */
  ask(graph: Graph, image: Tensor, signal: AbortSignal): Promise<Tensor>;
  /**
   * Begins to start what a graph needs, and keeps it until the answer is called: for whoever will ask soon, or again and again.
   * A start that fails is told by `infer` and `ask`.
   */
  hold(graph: Graph): () => void;
  /** Whether there is memory for a call of so many pixels, by what smaller ones took; false before any was seen. */
  hasRoom(graph: Graph, pixels: number): boolean;
  /** Whether a graph answers without being started first, as far as this gateway knows. */
  isReady(graph: Graph): boolean;
  /** What runs: its name, and its resident memory in MiB where that is known here. */
  status(): Promise<{ name: string; rssMiB?: number }[]>;
  /** Where graphs go on without the gateway; null where they end with it. */
  readonly outside: OutsideGraphs | null;
  /** Ends what ends with the gateway. */
  close(): Promise<void>;
}

/** The graphs that a gateway may find when it starts. */
export interface OutsideGraphs {
  list(): Promise<OutsideGraph[]>;
  /** Ends one of them. It is content where it is gone. */
  end(name: string): Promise<void>;
}

/** A graph that runs on a cluster. */
export interface OutsideGraph {
  /** Of its deployment. */
  name: string;
  /** `MODEL/NUMBER`, as its deployment tells. */
  version: string;
  /** Whether it belongs to this installation. */
  isOwn: boolean;
}
