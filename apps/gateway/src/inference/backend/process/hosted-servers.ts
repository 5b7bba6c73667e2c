import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type Problem, readJsonLine } from '@cairn/contracts';
import type { Graph } from '../../graph.ts';
import { patientPauses } from '../attempts.ts';
import { problemOf, unavailable } from '../problem.ts';
import { type Server, type ServerPlace, settingsOf } from './server.ts';

/** How long the end of a server is waited for, in milliseconds; its host ends it in any case. */
const endMs = 15_000;

/** How long a host that is only looked at may take, in milliseconds. */
const checkMs = 2000;

/** What a host tells of a server, line by line: first of its start, then of its memory. */
type Told = Partial<{ id: string; pid: number; freeBytes: number }>;

/**
 * Model servers at a serving host (`apps/serving/src/host`), a container beside the gateway's. Weights are sent to it when it has them
 * not. A server lives as long as the answer that tells of its start is read, so it ends with this gateway, however that ends.
 */
export class HostedServers implements ServerPlace {
  /** @inheritdoc */
  readonly pauses: readonly number[];
  readonly #address: string;
  readonly #headers: Record<string, string>;
  readonly #threads: number;

  constructor(options: {
    /** Of the host, without a slash at its end. */
    address: string;
    token: string;
    /** Threads of one inference; fixed, since results are reproducible for one number of them. */
    threads: number;
    /** Where they are left out: at once, for one server alone may have ended; then those for a container that is started anew. */
    pauses?: readonly number[];
  }) {
    this.pauses = options.pauses ?? [0, ...patientPauses];
    this.#address = options.address;
    this.#headers = { authorization: `Bearer ${options.token}` };
    this.#threads = options.threads;
  }

  /** @inheritdoc */
  async check(): Promise<void> {
    await this.#ask('GET', '/healthz', AbortSignal.timeout(checkMs));
  }

  /** @inheritdoc */
  async start(graph: Graph, weights: string): Promise<Server> {
    const settings = { ...settingsOf(graph), threads: this.#threads };
    await this.#send(graph.nodes[0].parameters.digest, weights);
    const over = new AbortController();
    const answer = await this.#ask('POST', '/servers', over.signal, JSON.stringify(settings));
    const lines = createInterface({ input: Readable.fromWeb(answer.body as never) });
    const told: Told = {};
    const exited = new Promise<void>((resolve) => lines.once('close', resolve).once('error', () => resolve()));
    await new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        Object.assign(told, readJsonLine(line));
        resolve();
      });
      void exited.then(resolve);
    });
    const { id, pid } = told;
    if (id === undefined || pid === undefined) throw unavailable('its host told nothing of its start.');
    return {
      address: `${this.#address}/servers/${id}`,
      headers: this.#headers,
      pid,
      exited,
      rssMiB: async () => {
        const seen = await this.#ask('GET', `/servers/${id}`, AbortSignal.timeout(endMs));
        return ((await seen.json()) as { rssMiB: number }).rssMiB;
      },
      freeBytes: () => told.freeBytes ?? 0,
      stop: async () => {
        await this.#ask('DELETE', `/servers/${id}`, AbortSignal.timeout(endMs)).catch(() => undefined);
        over.abort();
        await Promise.race([exited, pause(endMs, undefined, { ref: false })]);
      },
    };
  }

  /** Sends weights where the host has them not. */
  async #send(digest: string, file: string): Promise<void> {
    const path = `/weights/${digest}`;
    const { status } = await this.#fetch('HEAD', path);
    if (status === 200) return;
    const { size } = await stat(file);
    await this.#ask('PUT', path, undefined, Readable.toWeb(createReadStream(file)) as ReadableStream, {
      'content-type': 'application/octet-stream',
      'content-length': String(size),
    });
  }

  /** @throws CairnError with the problem that the host answers. */
  async #ask(
    method: string,
    path: string,
    signal?: AbortSignal,
    body?: string | ReadableStream,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): Promise<Response> {
    const answer = await this.#fetch(method, path, signal, body, body === undefined ? {} : headers);
    if (answer.ok) return answer;
    const problem = (await answer.json().catch(() => undefined)) as Partial<Problem> | undefined;
    // What is wrong between gateway and host is the operator's matter, not that of who predicts.
    if (problem?.code === 'not-signed-in' || problem?.code === 'not-found') throw unavailable(problem.detail ?? '');
    throw problemOf(problem);
  }

  async #fetch(
    method: string,
    path: string,
    signal?: AbortSignal,
    body?: string | ReadableStream,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    try {
      return await fetch(`${this.#address}${path}`, {
        method,
        headers: { ...this.#headers, ...headers },
        ...(signal === undefined ? {} : { signal }),
        ...(body === undefined ? {} : { body, duplex: 'half' }),
      });
    } catch (cause) {
      throw unavailable(`the serving host ${this.#address} cannot be reached.`, cause);
    }
  }
}
