import { CairnError } from '@cairn/contracts';
import { placeOf } from '../../outbound/hosts.ts';
import type { ImageHosts } from './image-hosts.ts';
import { Pace, pause } from './pace.ts';
import { RedirectFault, Requests, type Answer } from './requests.ts';

/** How long servers are waited for, in milliseconds. */
export interface Patience {
  /** For one answer. */
  timeout: number;
  /** Before something is asked for a second time; twice as long before each time after. */
  firstPause: number;
  /** The longest pause that a server may ask for (Retry-After). */
  longestPause: number;
}

/** What is asked, and what is made of the answer. */
export interface Question<T> {
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** Bytes of the largest body that is taken; of a larger one, none is. */
  mostBytes: number;
  /** Statuses that are an answer. All others are trouble. */
  answers: readonly number[];
  /** Makes something of an answer. Where it finds it broken (`imagery-corrupt`), it is asked for again, for it may have been cut. */
  read: (answer: Answer) => Promise<T>;
  /** The error for trouble that does not pass; `words` follow the host's name. */
  trouble: (words: string) => CairnError;
}

const usualPatience: Patience = { timeout: 20_000, firstPause: 500, longestPause: 120_000 };
const mostAttempts = 6;
const mostReadings = 3;
/** What is asked of one host at a time, by all jobs together. */
const places = 4;

/**
 * Asks servers of images and tiles as a polite guest: few things at a time, with a name, and again after a pause where a server
 * is busy or gone for a moment. What a server asks of one request (Retry-After), all that go to its host heed.
 */
export class ImageServers {
  readonly #requests: Requests;
  readonly #patience: Patience;
  readonly #paces = new Map<string, Pace>();

  constructor(options: { hosts: ImageHosts; patience?: Partial<Patience> }) {
    this.#patience = { ...usualPatience, ...options.patience };
    this.#requests = new Requests({ hosts: options.hosts, timeout: this.#patience.timeout });
  }

  /**
   * Asks until there is an answer.
   * @throws CairnError `input-invalid` for a host that may not be asked; what `read` and `trouble` give; the signal's reason.
   */
  ask<T>(question: Question<T>, signal: AbortSignal): Promise<T> {
    const place = placeOf(question.url);
    const pace = this.#paces.get(place) ?? new Pace(places);
    this.#paces.set(place, pace);
    return pace.turn(async () => {
      for (let attempt = 1, readings = 1; ; attempt++) {
        await pace.open(signal);
        signal.throwIfAborted();
        const heard = await this.#hear(question, signal);
        const trouble = heard instanceof Error ? wordsOf(heard, this.#patience) : troubleOf(heard, question.answers);
        if (trouble === undefined) {
          try {
            return await question.read(heard as Answer);
          } catch (error) {
            const { body } = heard as Answer;
            const isBroken = error instanceof CairnError && error.code === 'imagery-corrupt' && body !== undefined;
            if (!isBroken || attempt === mostAttempts || readings++ === mostReadings) throw error;
          }
        } else if (!trouble.passes || attempt === mostAttempts) {
          throw question.trouble(trouble.words);
        }
        await this.#wait(pace, heard, attempt, question, signal);
      }
    });
  }

  /** An answer, or what the connection said; what was refused on purpose is thrown. */
  async #hear<T>({ url, headers, mostBytes }: Question<T>, signal: AbortSignal): Promise<Answer | Error> {
    try {
      return await this.#requests.get(url, { headers, mostBytes, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CairnError || !(error instanceof Error)) throw error;
      return error;
    }
  }

  /** Waits before the next attempt: as long as the server asks, or longer each time. */
  async #wait<T>(
    pace: Pace,
    heard: Answer | Error,
    attempt: number,
    question: Question<T>,
    signal: AbortSignal,
  ): Promise<void> {
    const asked = heard instanceof Error ? 0 : retryAfter(heard);
    if (asked > this.#patience.longestPause) {
      throw question.trouble(`asks to be left alone for ${Math.ceil(asked / 1000)} seconds`);
    }
    if (asked > 0) pace.hold(asked);
    else await pause(this.#patience.firstPause * 2 ** (attempt - 1), signal);
  }
}

/** What went wrong, to follow the host's name, and whether it may pass. */
interface Trouble {
  words: string;
  passes: boolean;
}

function troubleOf({ status }: Answer, answers: readonly number[]): Trouble | undefined {
  if (answers.includes(status)) return undefined;
  return { words: `answers ${status}`, passes: status === 408 || status === 429 || status >= 500 };
}

function wordsOf(error: Error, { timeout }: Patience): Trouble {
  if (error instanceof RedirectFault) return { words: error.message, passes: false };
  if (error.name === 'TimeoutError') return { words: `has not answered within ${timeout / 1000} s`, passes: true };
  const { code } = error as NodeJS.ErrnoException;
  return { words: `cannot be reached (${code ?? error.name})`, passes: true };
}

/** Milliseconds that a busy server asks for: seconds, or a date (RFC 9110); 0 where it asks for none. */
function retryAfter({ status, headers }: Answer): number {
  const text = headers['retry-after'];
  if (text === undefined || (status !== 429 && status !== 503)) return 0;
  const until = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(until) ? Math.max(0, until) : 0;
}
