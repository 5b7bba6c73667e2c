import type { FastifyBaseLogger } from 'fastify';
import type { Tensor } from '@cairn/contracts';
import { withDeadline } from '../../../supervise/deadline.ts';
import type { BlockImage } from '../../block-image.ts';
import type { Graph } from '../../graph.ts';
import { shapesOutput, tensorOutput, type SentAnswer } from '../answer.ts';
import { isBroken, nameOf, NeverComes, patientPauses, untilAnswered } from '../attempts.ts';
import type { GraphBackend, OutsideGraph, OutsideGraphs, Tell } from '../backend.ts';
import { binaryMessage, jsonMessage, type Message, packedImage, plainImage } from '../message.ts';
import { unavailable } from '../problem.ts';
import { deploymentName, ownerLabel, predictorName, versionAnnotation, wholeName } from './deployment.ts';
import { lastUse } from './deployments.ts';
import type { GraphMessage, Road } from './road.ts';
import type { DeploymentState } from './state.ts';
import { wake, type WakingParts } from './waking.ts';

/** What the backend works with. */
export interface SeldonBackendParts
  extends Pick<WakingParts, 'deployments' | 'settings'>, Partial<Omit<WakingParts, 'deployments' | 'settings'>> {
  road: Road;
  logger: Pick<FastifyBaseLogger, 'warn'>;
  /** The versions that may serve, as `MODEL/NUMBER`; graphs of others are taken away. */
  mayServe: () => Promise<ReadonlySet<string>>;
  /** A graph that no gateway asked for this long is taken away. */
  idleMs?: number;
  /** The longest that one block may take. */
  requestMs?: number;
}

const executorPort = 8000;
// The first that Seldon Core gives out in a pod.
const nodePort = 9000;

/** Of a call: nodes have the memory for a core of 1024 pixels and the rim of the reference network. */
const mostPixels = 1280 ** 2;

/** Between two rounds over what runs, at the most. */
const longestRound = 60_000;

/**
 * Executes graphs as deployments of Seldon Core. Any number of gateways may share them: each is named after its version, applied
 * where it is not there, and carries the time at which a gateway last asked it. Rounds take away what nobody asks any more, and
 * what may serve no longer; a deployment that was used meanwhile has changed, and stays. They outlive the gateway.
 */
export class SeldonBackend implements GraphBackend {
  readonly #parts: Required<SeldonBackendParts>;
  readonly #graphs = new Map<string, Entry>();
  readonly #closing = new AbortController();
  #round: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isTroubled = false;

  constructor(parts: SeldonBackendParts) {
    const usual = { idleMs: 5 * 60_000, requestMs: 120_000, startMs: 10 * 60_000, awayMs: 60_000, everyMs: 500 };
    this.#parts = { ...usual, ...parts };
    this.#later();
  }

  get outside(): OutsideGraphs {
    const { deployments } = this.#parts;
    return {
      list: async () => (await deployments.list()).map((one) => this.#outside(one)),
      end: async (name) => {
        const found = await deployments.get(name);
        if (found !== null) await deployments.delete(found);
      },
    };
  }

  /** @inheritdoc */
  async infer(graph: Graph, image: BlockImage, signal: AbortSignal, tell?: Tell): Promise<string[]> {
    const message = this.#passesBinary ? binaryMessage(plainImage(image)) : jsonMessage(await packedImage(image));
    return this.#attempt(graph, message, shapesOutput, signal, tell);
  }

  /** @inheritdoc */
  async ask(graph: Graph, image: Tensor, signal: AbortSignal): Promise<Tensor> {
    const message = this.#passesBinary ? binaryMessage(image) : jsonMessage(image);
    return this.#attempt(graph, message, tensorOutput, signal);
  }

  /** @inheritdoc Nodes ask their cluster for the memory that a call of this size takes. */
  hasRoom(_: Graph, pixels: number): boolean {
    return pixels <= mostPixels;
  }

  /** @inheritdoc */
  hold(graph: Graph): () => void {
    const entry = this.#entry(graph, this.#nameOf(graph));
    entry.users += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      entry.users -= 1;
      entry.last = Date.now();
    };
  }

  /** @inheritdoc */
  isReady(graph: Graph): boolean {
    return this.#graphs.get(this.#nameOf(graph))?.ready === true;
  }

  /** @inheritdoc */
  async status(): Promise<{ name: string }[]> {
    const { deployments, settings } = this.#parts;
    const living = (await deployments.list(settings.owner)).filter((one) => !isGoing(one));
    return living.map((one) => ({ name: versionOf(one) }));
  }

  /** @inheritdoc */
  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #attempt<T>(
    graph: Graph,
    message: Message,
    read: (answer: SentAnswer) => T,
    signal: AbortSignal,
    tell?: Tell,
  ): Promise<T> {
    const { requestMs, road, logger } = this.#parts;
    const name = this.#nameOf(graph);
    const onBroken = (error: unknown): void => {
      logger.warn({ err: error, graph: nameOf(graph) }, 'a graph did not answer a block; it is asked again');
      tell?.(`${nameOf(graph)} does not answer; it is asked again`);
    };
    return untilAnswered(graph, { signal, requestMs, pauses: patientPauses, onBroken }, async () => {
      const entry = this.#entry(graph, name);
      entry.users += 1;
      try {
        await awake(entry, signal, tell);
        await this.#use(name, entry);
        const { headers, parts } = message;
        const sent = { ...this.#place(graph, name), headers, body: Buffer.concat(parts) };
        return read(await withDeadline(signal, requestMs, (limited) => road(sent, limited)));
      } catch (error) {
        if (isBroken(error) && !signal.aborted) this.#forget(name, entry);
        throw error;
      } finally {
        entry.users -= 1;
        entry.last = Date.now();
      }
    });
  }

  #entry(graph: Graph, name: string): Entry {
    const held = this.#graphs.get(name);
    if (held !== undefined) return held;
    const tells = new Set<Tell>();
    const tell: Tell = (words) => {
      entry.words = words;
      for (const one of tells) one(words);
    };
    const waking = wake(graph, this.#parts, this.#closing.signal, tell);
    const entry: Entry = { waking, ready: false, words: '', tells, users: 0, last: Date.now(), noted: 0 };
    this.#graphs.set(name, entry);
    waking.then(
      () => (entry.ready = true),
      () => this.#forget(name, entry),
    );
    return entry;
  }

  #forget(name: string, entry: Entry): void {
    if (this.#graphs.get(name) === entry) this.#graphs.delete(name);
  }

  /** Notes for the other gateways that a graph is asked, now and then. */
  async #use(name: string, entry: Entry): Promise<void> {
    const now = Date.now();
    if (now - entry.noted < this.#parts.idleMs / 4) return;
    entry.noted = now;
    if (!(await this.#parts.deployments.use(name, now))) throw unavailable('its deployment was taken away.');
  }

  /** Where a graph is asked. Seldon's executor asks each node under its own name. */
  #place(graph: Graph, name: string): Pick<GraphMessage, 'service' | 'port' | 'path'> {
    const service = `${name}-${predictorName}`;
    if (this.#parts.settings.executor) return { service, port: executorPort, path: '/v2/models/infer' };
    return { service, port: nodePort, path: `/v2/models/${wholeName}/versions/${graph.version}/infer` };
  }

  /** Seldon's executor lets no binary data through. */
  get #passesBinary(): boolean {
    return !this.#parts.settings.executor;
  }

  #later(): void {
    if (this.#closing.signal.aborted) return;
    this.#timer = setTimeout(
      () => {
        this.#round = this.#look().then(
          () => {
            this.#isTroubled = false;
            this.#later();
          },
          (error: unknown) => {
            if (!this.#isTroubled) {
              this.#parts.logger.warn(
                { err: error },
                'what graphs run on the cluster cannot be seen; it is tried again',
              );
            }
            this.#isTroubled = true;
            this.#later();
          },
        );
      },
      Math.min(longestRound, this.#parts.idleMs / 4),
    );
    this.#timer.unref();
  }

  /** Takes away what nobody asks and what may serve no longer, whoever made it. */
  async #look(): Promise<void> {
    const { deployments, settings, mayServe, idleMs } = this.#parts;
    const living = (await deployments.list(settings.owner)).filter((one) => !isGoing(one));
    const names = new Set(living.map(({ metadata }) => metadata.name));
    for (const [name, entry] of this.#graphs) {
      // Another gateway took it away.
      if (entry.ready && !names.has(name)) this.#forget(name, entry);
    }
    const may = await mayServe();
    for (const one of living) {
      const { name } = one.metadata;
      const entry = this.#graphs.get(name);
      const isOver = !may.has(versionOf(one));
      if (!isOver && entry !== undefined && (entry.users > 0 || !entry.ready)) await this.#use(name, entry);
      else if (isOver || Date.now() - Math.max(entry?.last ?? 0, lastUse(one)) > idleMs) {
        if (entry !== undefined) this.#forget(name, entry);
        await deployments.delete(one, !isOver);
      }
    }
  }

  #outside(one: DeploymentState): OutsideGraph {
    const { name, labels } = one.metadata;
    return { name, version: versionOf(one), isOwn: labels?.[ownerLabel] === this.#parts.settings.owner };
  }

  #nameOf(graph: Graph): string {
    return deploymentName(graph, this.#parts.settings);
  }
}

/** A graph that this gateway asks. */
interface Entry {
  waking: Promise<void>;
  ready: boolean;
  /** What is waited for, and who is told. */
  words: string;
  tells: Set<Tell>;
  users: number;
  /** When it was last asked, and when that was noted for the other gateways. */
  last: number;
  noted: number;
}

/**
 * Waits until a graph is there, or the caller no longer wants to.
 * @throws NeverComes with the reason why it will not; the signal's reason.
 */
async function awake(entry: Entry, signal: AbortSignal, tell: Tell | undefined): Promise<void> {
  if (entry.ready) return;
  let stop: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  if (tell !== undefined) entry.tells.add(tell);
  if (entry.words !== '') tell?.(entry.words);
  try {
    await Promise.race([entry.waking.catch(neverComes), stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
    if (tell !== undefined) entry.tells.delete(tell);
  }
}

function neverComes(reason: unknown): never {
  throw new NeverComes(reason);
}

function isGoing({ metadata }: DeploymentState): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function versionOf({ metadata }: DeploymentState): string {
  return metadata.annotations?.[versionAnnotation] ?? '';
}
