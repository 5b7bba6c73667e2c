import { CairnError } from '@cairn/contracts';
import type { Tile } from '@cairn/geo';
import { Pace, pause } from './pace.ts';
import { largestTile, TileRequests, type Answer } from './request.ts';
import { nameOf, type TileTemplate } from './template.ts';
import { placeOf } from '../../outbound/hosts.ts';
import type { TileHosts } from './tile-hosts.ts';

/** How long servers are waited for, in milliseconds. */
export interface Patience {
  /** For one answer. */
  timeout: number;
  /** Before a tile is asked for a second time; twice as long before each time after. */
  firstPause: number;
  /** The longest pause that a server may ask for (Retry-After). */
  longestPause: number;
}

const usualPatience: Patience = { timeout: 20_000, firstPause: 500, longestPause: 120_000 };
const mostAttempts = 6;
/** Tiles that are asked of one host at a time, by all jobs together. */
const places = 4;

/**
 * Fetches tiles as a polite guest: few at a time, with a name, and again after a pause where a server is busy or gone for a
 * moment. What a server asks of one request (Retry-After), all that go to its host heed.
 */
export class TileServers {
  readonly #requests: TileRequests;
  readonly #patience: Patience;
  readonly #paces = new Map<string, Pace>();

  constructor(options: { hosts: TileHosts; patience?: Partial<Patience> }) {
    this.#patience = { ...usualPatience, ...options.patience };
    this.#requests = new TileRequests({ hosts: options.hosts, timeout: this.#patience.timeout });
  }

  /**
   * The bytes of a tile; undefined where the server has none (404, 204).
   * @throws CairnError `tiles-unreachable`, `input-invalid` for a host that may not be asked, `imagery-corrupt` for a tile
   * that is too large; `where` is the tile. The signal's reason.
   */
  fetch(template: TileTemplate, tile: Tile, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const url = template.url(tile);
    const place = placeOf(url);
    const pace = this.#paces.get(place) ?? new Pace(places);
    this.#paces.set(place, pace);
    return pace.turn(async () => {
      for (let attempt = 1; ; attempt++) {
        await pace.open(signal);
        signal.throwIfAborted();
        const heard = await this.#ask(url, signal);
        const trouble = heard instanceof Error ? wordsOf(heard, this.#patience) : troubleOf(heard);
        if (trouble === undefined) return bytesOf(heard as Answer, tile);
        if (!trouble.passes || attempt === mostAttempts) throw unreachable(url, tile, trouble.words);
        const asked = heard instanceof Error ? 0 : retryAfter(heard);
        if (asked > this.#patience.longestPause) {
          throw unreachable(url, tile, `asks to be left alone for ${Math.ceil(asked / 1000)} seconds`);
        }
        if (asked > 0) pace.hold(asked);
        else await pause(this.#patience.firstPause * 2 ** (attempt - 1), signal);
      }
    });
  }

  /** An answer, or what the connection said; what was refused on purpose is thrown. */
  async #ask(url: URL, signal: AbortSignal): Promise<Answer | Error> {
    try {
      return await this.#requests.get(url, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CairnError || !(error instanceof Error)) throw error;
      return error;
    }
  }
}

/** What went wrong, to follow the host's name, and whether it may pass. */
interface Trouble {
  words: string;
  passes: boolean;
}

function troubleOf({ status }: Answer): Trouble | undefined {
  if (status === 200 || status === 204 || status === 404) return undefined;
  return { words: `answers ${status}`, passes: status === 408 || status === 429 || status >= 500 };
}

function wordsOf(error: Error, { timeout }: Patience): Trouble {
  if (error.name === 'TimeoutError') return { words: `has not answered within ${timeout / 1000} s`, passes: true };
  const { code } = error as NodeJS.ErrnoException;
  return { words: `cannot be reached (${code ?? error.name})`, passes: true };
}

function bytesOf({ status, body }: Answer, tile: Tile): Uint8Array | undefined {
  if (status !== 200) return undefined;
  if (body !== undefined) return body;
  throw new CairnError('imagery-corrupt', `The tile ${nameOf(tile)} has more than ${largestTile / 1024 / 1024} MiB.`, {
    where: nameOf(tile),
    action: 'Give the address of tiles that are pictures for a web map (PNG, JPEG or WebP).',
  });
}

/** Milliseconds that a busy server asks for: seconds, or a date (RFC 9110); 0 where it asks for none. */
function retryAfter({ status, headers }: Answer): number {
  const text = headers['retry-after'];
  if (text === undefined || (status !== 429 && status !== 503)) return 0;
  const until = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(until) ? Math.max(0, until) : 0;
}

function unreachable(url: URL, tile: Tile, words: string): CairnError {
  return new CairnError('tiles-unreachable', `${url.host} ${words} when asked for the tile ${nameOf(tile)}.`, {
    where: nameOf(tile),
    action: 'Open that tile in a browser to see whether the address and its key are right, then try again.',
  });
}
