import type { OipInferRequest, OipTensor } from '@cairn/contracts';
import type { GraphBackend } from '../backend/backend.ts';
import type { Graph } from '../graph.ts';
import type { Precedence } from '../precedence.ts';

/** A backend for work that nobody waits for: a block waits until no prediction is made. */
export class PatientBackend implements Pick<GraphBackend, 'infer' | 'isReady'> {
  readonly #backend: Pick<GraphBackend, 'infer' | 'isReady'>;
  readonly #precedence: Precedence;

  constructor(options: { backend: Pick<GraphBackend, 'infer' | 'isReady'>; precedence: Precedence }) {
    this.#backend = options.backend;
    this.#precedence = options.precedence;
  }

  /** As the backend that it stands before. */
  async infer(graph: Graph, request: OipInferRequest, signal: AbortSignal): Promise<OipTensor> {
    await this.#precedence.clear(signal);
    return this.#backend.infer(graph, request, signal);
  }

  /** As the backend that it stands before. */
  isReady(graph: Graph): boolean {
    return this.#backend.isReady(graph);
  }
}
