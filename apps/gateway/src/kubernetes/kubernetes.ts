import { CairnError } from '@cairn/contracts';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent, request as tlsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ClusterAccess } from './kubeconfig.ts';

// No call but the following of a log may take longer.
const patience = 30_000;

/** What the API server refused, CairnError `cluster-refused`. */
export class KubernetesError extends CairnError {
  readonly status: number;

  constructor(status: number, message: string) {
    super('cluster-refused', `The cluster refused what it was asked for: ${message}`, {
      action:
        'Give the account of CAIRN_KUBECONFIG the rights that deploy/ names (argo/ and seldon/), and look at the settings.',
    });
    this.status = status;
  }
}

/** What to ask of the API server. */
export interface KubernetesCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: unknown;
  /** Of the body: JSON, where it is left out. */
  contentType?: 'application/apply-patch+yaml' | 'application/merge-patch+json';
  signal?: AbortSignal;
}

/** What is passed through the API server to a service of the cluster. */
export interface ServiceCall {
  /** `/api/v1/namespaces/NAMESPACE/services/NAME:PORT/proxy/…`. */
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
  signal: AbortSignal;
}

/** The API server of a cluster, as far as Cairn asks it. */
export class Kubernetes {
  readonly #access: ClusterAccess;
  readonly #agent: Agent | undefined;

  constructor(options: { access: ClusterAccess }) {
    this.#access = options.access;
    const { ca, cert, key, server } = options.access;
    this.#agent = server.protocol === 'https:' ? new Agent({ ca, cert, key, keepAlive: true }) : undefined;
  }

  /**
   * The answer's JSON; null where there is no such thing.
   * @throws CairnError `cluster-unavailable` where it does not answer, KubernetesError for what it refuses.
   */
  async json<T>(call: KubernetesCall): Promise<T | null> {
    const late = AbortSignal.timeout(patience);
    const signal = call.signal === undefined ? late : AbortSignal.any([call.signal, late]);
    try {
      const answer = await this.#send({ ...call, signal });
      if (answer === null) return null;
      return JSON.parse(await text(answer)) as T;
    } catch (error) {
      call.signal?.throwIfAborted();
      throw error instanceof KubernetesError ? error : this.#unavailable(error);
    }
  }

  /**
   * The answer as it comes; null where there is no such thing.
   * @throws as {@link json}; the signal's reason.
   */
  async stream(call: KubernetesCall): Promise<Readable | null> {
    try {
      return await this.#send(call);
    } catch (error) {
      call.signal?.throwIfAborted();
      throw error instanceof KubernetesError ? error : this.#unavailable(error);
    }
  }

  /**
   * Posts to a service through the API server; the answer is the service's, whatever it is.
   * @throws CairnError `cluster-unavailable`; the signal's reason.
   */
  async post({ path, headers, body, signal }: ServiceCall): Promise<IncomingMessage> {
    try {
      return await this.#request('POST', path, { ...headers, 'content-length': body.length }, body, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw this.#unavailable(error);
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#agent?.destroy();
  }

  async #send({ method, path, body, contentType, signal }: KubernetesCall): Promise<IncomingMessage | null> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      accept: 'application/json',
      ...(bytes === undefined
        ? {}
        : { 'content-type': contentType ?? 'application/json', 'content-length': bytes.length }),
    };
    const answer = await this.#request(method, path, headers, bytes, signal);
    const status = answer.statusCode ?? 0;
    if (status < 300) return answer;
    const told = await text(answer);
    if (status === 404) return null;
    if (status === 429 || status >= 500) throw new Error(`it answered ${status}: ${messageOf(told)}`);
    throw new KubernetesError(status, messageOf(told));
  }

  async #request(
    method: string,
    path: string,
    headers: Record<string, string | number>,
    bytes: Uint8Array | undefined,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    const { server, token } = this.#access;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${await token()}` };
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const options = { method, headers: { ...headers, ...authorization }, agent: this.#agent, signal };
    return new Promise<IncomingMessage>((resolve, reject) => {
      send(url, options, resolve).on('error', reject).end(bytes);
    });
  }

  #unavailable(cause: unknown): CairnError {
    const { server } = this.#access;
    return new CairnError('cluster-unavailable', `The cluster at ${server.host} does not answer.`, {
      where: server.host,
      action: 'See whether it runs and can be reached from here, and whether CAIRN_KUBECONFIG names it.',
      cause,
    });
  }
}

/** The words of a `Status`, or what else was answered. */
function messageOf(told: string): string {
  try {
    const { message } = JSON.parse(told) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Not of Kubernetes: a proxy, perhaps.
  }
  return told.slice(0, 500);
}
