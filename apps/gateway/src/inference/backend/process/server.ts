import type { Graph } from '../../graph.ts';

/** A model server that answers, as a process. */
export interface Server {
  /** What the paths of the Open Inference Protocol are appended to. */
  address: string;
  /** What it is asked with. */
  headers: Readonly<Record<string, string>>;
  /** Of the process, on the machine where it runs. */
  pid: number;
  /** Resolves when the process has ended, or cannot be reached any more. */
  exited: Promise<unknown>;
  /** Resident memory in MiB. */
  rssMiB(): Promise<number>;
  /** Memory that is free where it runs, in bytes, as far as that is known by now. */
  freeBytes(): number;
  /** Ends the process, and waits for that. */
  stop(): Promise<void>;
}

/** Where model servers run. One contract suite holds each place (`test/inference/backend-contract.ts`). */
export interface ServerPlace {
  /** In milliseconds, before each attempt of a block after the first, where a server broke or could not be started. */
  readonly pauses: readonly number[];
  /**
   * Starts a model server that executes a graph, all nodes in one process: what they say to each other needs not be sent.
   * @param weights their file on this machine.
   * @throws CairnError with the problem that the server ended with, `weights-digest-mismatch` for one; else `serving-unavailable`.
   */
  start(graph: Graph, weights: string): Promise<Server>;
  /** @throws CairnError `serving-unavailable` where no server could be started now. */
  check(): Promise<void>;
}

/** What a server is told of its graph, as its arguments are named. */
export function settingsOf({ model: name, version, nodes }: Graph): Record<string, string | number> {
  const parameters = Object.assign({}, ...nodes.map((node) => node.parameters)) as Record<string, string | number>;
  return { name, version, ...parameters };
}
