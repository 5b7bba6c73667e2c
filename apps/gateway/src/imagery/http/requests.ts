import { Agent as HttpAgent, request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { withDeadline } from '../../supervise/deadline.ts';
import type { ImageHosts } from './image-hosts.ts';

/** What a server answered. `body` is missing where it has more bytes than were wanted. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body?: Uint8Array;
}

/** Raised where a server sends on to nothing that could be asked. Its words follow the host's name. */
export class RedirectFault extends Error {
  override readonly name = 'RedirectFault';
}

const agents = { keepAlive: true, keepAliveMsecs: 5_000, maxFreeSockets: 4 } as const;
const mostRedirects = 3;

/** Asks for files over HTTP, each hop only from hosts that `ImageHosts` lets it ask. */
export class Requests {
  readonly #hosts: ImageHosts;
  readonly #timeout: number;
  readonly #http = new HttpAgent(agents);
  readonly #https = new HttpsAgent(agents);

  /** @param options.timeout milliseconds that one answer may take, with its body and its redirects. */
  constructor(options: { hosts: ImageHosts; timeout: number }) {
    this.#hosts = options.hosts;
    this.#timeout = options.timeout;
  }

  /**
   * Asks once and follows redirects.
   * @param mostBytes of the body
   * @throws CairnError `input-invalid` for a host that may not be asked; RedirectFault; the signal's reason; what the
   * connection throws (Error), a TimeoutError where the answer takes too long.
   */
  async get(
    url: URL,
    options: { headers: Readonly<Record<string, string>>; mostBytes: number; signal: AbortSignal },
  ): Promise<Answer> {
    const answer = await withDeadline(options.signal, this.#timeout, async (signal) => {
      const headers = { ...options.headers };
      let target = url;
      for (let hops = 0; hops <= mostRedirects; hops++) {
        const hop = await this.#hop(target, { ...options, headers, signal }).catch((error: unknown) => {
          // What the connection says of its own end hides why it was ended.
          signal.throwIfAborted();
          throw error;
        });
        const next = redirectOf(hop, target);
        if (next === undefined) return hop;
        // What signs a request to one host is for no other.
        if (next.host !== target.host) delete headers['authorization'];
        target = next;
      }
      return undefined;
    });
    if (answer !== undefined) return answer;
    throw new RedirectFault('sends from one address to the next without end');
  }

  async #hop(url: URL, { headers, mostBytes, signal }: Parameters<Requests['get']>[1]): Promise<Answer> {
    this.#hosts.check(url);
    const secure = url.protocol === 'https:';
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        signal,
        agent: secure ? this.#https : this.#http,
        lookup: this.#hosts.lookup(url),
        headers: { 'user-agent': 'Cairn/0.1', 'accept-encoding': 'identity', ...headers },
      };
      (secure ? requestHttps : requestHttp)(url, options).once('response', resolve).on('error', reject).end();
    });
    const { statusCode: status = 0 } = response;
    const body = await readBody(response, mostBytes);
    return { status, headers: response.headers, ...(body === undefined ? {} : { body }) };
  }
}

async function readBody(response: IncomingMessage, mostBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function redirectOf({ status, headers }: Answer, from: URL): URL | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  if (URL.canParse(location, from.href)) return new URL(location, from);
  throw new RedirectFault('sends to something that is no address');
}
