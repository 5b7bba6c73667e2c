import { CairnError, headerLengthName, headerLengthOf, type Problem, type Tensor } from '@cairn/contracts';
import type { ObjectStore } from '../../../storage/objects.ts';
import { withDeadline } from '../../../supervise/deadline.ts';
import type { BlockImage } from '../../block-image.ts';
import type { Graph } from '../../graph.ts';
import { shapesOutput, tensorOutput, type SentAnswer } from '../answer.ts';
import { isBroken, nameOf, untilAnswered } from '../attempts.ts';
import type { GraphBackend, Tell } from '../backend.ts';
import { binaryMessage, plainImage, type Message } from '../message.ts';
import { problemOf } from '../problem.ts';
import { post } from './post.ts';
import { ServerMemory } from './server-memory.ts';
import type { Server, ServerPlace } from './server.ts';

/** What the backend works with. */
export interface ProcessBackendParts {
  objects: ObjectStore;
  /** Where the servers run. */
  servers: ServerPlace;
  /** A server that nobody asked for this long is ended. */
  idleMs?: number;
  /** The longest that one block may take. */
  requestMs?: number;
}

/** Executes graphs in model servers, one a version: processes that end with the gateway, started when it is held or with its first block. */
export class ProcessBackend implements GraphBackend {
  readonly outside = null;
  readonly #parts: Required<ProcessBackendParts>;
  readonly #servers = new Map<string, Entry>();

  constructor(parts: ProcessBackendParts) {
    this.#parts = { idleMs: 5 * 60_000, requestMs: 120_000, ...parts };
  }

  /** @inheritdoc */
  async infer(graph: Graph, image: BlockImage, signal: AbortSignal, tell?: Tell): Promise<string[]> {
    const texts = await this.#attempt(graph, binaryMessage(plainImage(image)), shapesOutput, signal, tell);
    await this.#servers.get(nameOf(graph))?.memory?.see(image.width * image.height);
    return texts;
  }

  /** @inheritdoc */
  async ask(graph: Graph, image: Tensor, signal: AbortSignal): Promise<Tensor> {
    return this.#attempt(graph, binaryMessage(image), tensorOutput, signal);
  }

  /** @inheritdoc */
  hasRoom(graph: Graph, pixels: number): boolean {
    return this.#servers.get(nameOf(graph))?.memory?.hasRoom(pixels) === true;
  }

  /** @inheritdoc */
  hold(graph: Graph): () => void {
    const entry = this.#enter(graph);
    let held = true;
    return () => {
      if (held) this.#leave(graph, entry);
      held = false;
    };
  }

  /** Sends what a server is to answer; one that broke is replaced, and asked again. */
  async #attempt<T>(
    graph: Graph,
    message: Message,
    read: (answer: SentAnswer) => T,
    signal: AbortSignal,
    tell?: Tell,
  ): Promise<T> {
    const { requestMs, servers } = this.#parts;
    const onBroken = (): void => tell?.(`The model server of ${nameOf(graph)} does not answer; it is asked again`);
    return untilAnswered(graph, { signal, requestMs, pauses: servers.pauses, onBroken }, async () => {
      const entry = this.#enter(graph);
      if (!entry.ready) tell?.(`Starting the model server of ${nameOf(graph)}`);
      try {
        return read(await this.#send(await entry.starting, graph, message, signal));
      } catch (error) {
        if (isBroken(error) && !signal.aborted) await this.#giveUp(graph, entry);
        throw error;
      } finally {
        this.#leave(graph, entry);
      }
    });
  }

  /** @inheritdoc */
  isReady(graph: Graph): boolean {
    return this.#servers.get(nameOf(graph))?.ready === true;
  }

  /**
   * Processes that are there: name, process id, and memory in MiB.
   * @throws CairnError `serving-unavailable` where none could be started now.
   */
  async status(): Promise<{ name: string; pid: number; rssMiB: number }[]> {
    await this.#parts.servers.check();
    const servers = [...this.#servers].map(async ([name, { starting }]) => {
      const server = await starting;
      return { name, pid: server.pid, rssMiB: await server.rssMiB() };
    });
    const settled = await Promise.allSettled(servers);
    return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  /** @inheritdoc */
  async close(): Promise<void> {
    const entries = [...this.#servers.values()];
    this.#servers.clear();
    for (const entry of entries) clearTimeout(entry.idle);
    await Promise.all(entries.map(stopped));
  }

  /** Counts a user of a graph's server, which is started where there is none. */
  #enter(graph: Graph): Entry {
    const entry = this.#entry(graph);
    entry.users += 1;
    clearTimeout(entry.idle);
    return entry;
  }

  #leave(graph: Graph, entry: Entry): void {
    entry.users -= 1;
    if (entry.users === 0) this.#stopWhenIdle(graph, entry);
  }

  #entry(graph: Graph): Entry {
    const name = nameOf(graph);
    const held = this.#servers.get(name);
    if (held !== undefined) return held;
    // Its start counts as a user, so that the idle time of one that nobody waits for begins when it is there.
    const entry: Entry = { starting: this.#start(graph), ready: false, users: 1 };
    this.#servers.set(name, entry);
    const forget = (): void => {
      if (this.#servers.get(name) === entry) this.#servers.delete(name);
    };
    // One that ended by itself is started again with the next block; one that never started may be, too.
    entry.starting.then((server) => {
      entry.ready = true;
      entry.memory = new ServerMemory(server);
      this.#leave(graph, entry);
      return server.exited.then(forget);
    }, forget);
    return entry;
  }

  async #start(graph: Graph): Promise<Server> {
    const { objects, servers } = this.#parts;
    const { digest } = graph.nodes[0].parameters;
    if (!(await objects.has(digest))) {
      throw new CairnError('weights-digest-mismatch', `The weights ${digest} are no longer in the store.`, {
        where: nameOf(graph),
        action: 'Register the model again: its package holds the weights.',
      });
    }
    return servers.start(graph, await objects.file(digest));
  }

  async #send(
    { address, headers: known }: Server,
    graph: Graph,
    message: Message,
    signal: AbortSignal,
  ): Promise<SentAnswer> {
    const url = `${address}/v2/models/${graph.model}/versions/${graph.version}/infer`;
    const { status, headers, bytes } = await withDeadline(signal, this.#parts.requestMs, (limited) =>
      post(url, { ...message, headers: { ...known, ...message.headers } }, limited),
    );
    if (status !== 200) throw problemOf(JSON.parse(bytes.toString()) as Partial<Problem>);
    return { bytes, headerLength: headerLengthOf(headers[headerLengthName]) };
  }

  /** The connection broke or the answer did not come: whatever the process is doing, it is not used again. */
  async #giveUp(graph: Graph, entry: Entry): Promise<void> {
    const name = nameOf(graph);
    if (this.#servers.get(name) === entry) this.#servers.delete(name);
    await stopped(entry);
  }

  #stopWhenIdle(graph: Graph, entry: Entry): void {
    const name = nameOf(graph);
    entry.idle = setTimeout(() => {
      if (entry.users > 0 || this.#servers.get(name) !== entry) return;
      this.#servers.delete(name);
      void stopped(entry);
    }, this.#parts.idleMs);
    entry.idle.unref();
  }
}

/** A server that is there or coming, and how many hold it or wait for its answer. */
interface Entry {
  starting: Promise<Server>;
  ready: boolean;
  /** Known from when it is ready. */
  memory?: ServerMemory;
  idle?: NodeJS.Timeout;
  users: number;
}

async function stopped({ starting }: Entry): Promise<void> {
  await starting.then(
    (server) => server.stop(),
    () => undefined,
  );
}
