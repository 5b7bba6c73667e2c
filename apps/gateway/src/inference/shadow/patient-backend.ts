import type { GraphBackend, Tell } from '../backend/backend.ts';
import type { BlockImage } from '../block-image.ts';
import type { Graph } from '../graph.ts';
import type { Precedence } from '../precedence.ts';

type Asked = Pick<GraphBackend, 'infer' | 'isReady'>;

/** A backend for work that nobody waits for: a block waits until no prediction is made. */
export class PatientBackend implements Pick<GraphBackend, 'infer' | 'hasRoom' | 'isReady'> {
  readonly #backend: Asked;
  readonly #precedence: Precedence;

  constructor(options: { backend: Asked; precedence: Precedence }) {
    this.#backend = options.backend;
    this.#precedence = options.precedence;
  }

  /** As the backend that it stands before. */
  async infer(graph: Graph, image: BlockImage, signal: AbortSignal, tell?: Tell): Promise<string[]> {
    await this.#precedence.clear(signal);
    return this.#backend.infer(graph, image, signal, tell);
  }

  /** Blocks go one by one: whoever comes meanwhile waits for no more than one. */
  hasRoom(): boolean {
    return false;
  }

  /** As the backend that it stands before. */
  isReady(graph: Graph): boolean {
    return this.#backend.isReady(graph);
  }
}
