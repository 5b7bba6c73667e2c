import { Agent as HttpAgent, request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { CairnError } from '@cairn/contracts';
import { withDeadline } from '../../supervise/deadline.ts';
import type { TileHosts } from './tile-hosts.ts';

/** What a server answered. `body` is missing where it is larger than tiles are. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body?: Uint8Array;
}

const agents = { keepAlive: true, keepAliveMsecs: 5_000, maxFreeSockets: 4 } as const;
const mostRedirects = 3;
/** Bytes of the largest tile that is taken. */
export const largestTile = 8 * 1024 * 1024;

/** Asks for files over HTTP, each hop only from hosts that `TileHosts` lets it ask. */
export class TileRequests {
  readonly #hosts: TileHosts;
  readonly #timeout: number;
  readonly #http = new HttpAgent(agents);
  readonly #https = new HttpsAgent(agents);

  /** @param options.timeout milliseconds that one answer may take, with its body and its redirects. */
  constructor(options: { hosts: TileHosts; timeout: number }) {
    this.#hosts = options.hosts;
    this.#timeout = options.timeout;
  }

  /**
   * Asks once and follows redirects.
   * @throws CairnError `input-invalid` for a host that may not be asked, `tiles-unreachable` for redirects without end;
   * the signal's reason; what the connection throws (Error), a TimeoutError where the answer takes too long.
   */
  async get(url: URL, signal: AbortSignal): Promise<Answer> {
    const answer = await withDeadline(signal, this.#timeout, async (limited) => {
      let target = url;
      for (let hops = 0; hops <= mostRedirects; hops++) {
        const hop = await this.#hop(target, limited).catch((error: unknown) => {
          // What the connection says of its own end hides why it was ended.
          limited.throwIfAborted();
          throw error;
        });
        const next = redirectOf(hop, target);
        if (next === undefined) return hop;
        target = next;
      }
      return undefined;
    });
    if (answer !== undefined) return answer;
    throw new CairnError('tiles-unreachable', `${url.host} sends from one address to the next without end.`, {
      where: url.host,
      action: 'Open a tile in a browser and give the address that it ends at.',
    });
  }

  async #hop(url: URL, signal: AbortSignal): Promise<Answer> {
    this.#hosts.check(url);
    const secure = url.protocol === 'https:';
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        signal,
        agent: secure ? this.#https : this.#http,
        lookup: this.#hosts.lookup(url),
        headers: { 'user-agent': 'Cairn/0.1', accept: 'image/*', 'accept-encoding': 'identity' },
      };
      (secure ? requestHttps : requestHttp)(url, options).once('response', resolve).on('error', reject).end();
    });
    const body = await readBody(response);
    const { statusCode: status = 0, headers } = response;
    return { status, headers, ...(body === undefined ? {} : { body }) };
  }
}

async function readBody(response: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (size > largestTile) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function redirectOf({ status, headers }: Answer, from: URL): URL | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  if (URL.canParse(location, from.href)) return new URL(location, from);
  throw new CairnError('tiles-unreachable', `${from.host} sends to something that is no address.`, {
    where: from.host,
    action: 'Open a tile in a browser and give the address that it ends at.',
  });
}
