import { CairnError } from '@cairn/contracts';
import { corrupt } from '../fault.ts';
import type { Answer } from '../http/requests.ts';
import type { ImageAddress } from './image-addresses.ts';

/** By what a file is known to be the same while it is read in pieces. */
export interface Identity {
  size: number;
  etag: string | null;
  lastModified: string | null;
}

/** Of a server that answers whole files only, one of at most so many bytes is taken. */
const mostWhole = 64 * 1024 * 1024;
const firstBytes = 64 * 1024;

/** A file behind an address, read in pieces by HTTP range requests (RFC 9110), as long as it stays the same. */
export class RemoteFile {
  readonly identity: Identity;
  readonly #address: ImageAddress;
  readonly #signal: AbortSignal;
  /** All of it, where the server gives no pieces. */
  readonly #whole: Uint8Array | undefined;

  private constructor(address: ImageAddress, signal: AbortSignal, identity: Identity, whole?: Uint8Array) {
    this.#address = address;
    this.#signal = signal;
    this.identity = identity;
    this.#whole = whole;
  }

  /**
   * Asks for the beginning of a file.
   * @throws CairnError `imagery-unreachable`, `input-invalid` for a host that may not be asked; the signal's reason.
   */
  static async open(address: ImageAddress, signal: AbortSignal): Promise<RemoteFile> {
    const answer = await ask(address, `bytes=0-${firstBytes - 1}`, mostWhole, [200, 206], signal, (found) =>
      Promise.resolve(found),
    );
    const { etag = null, 'last-modified': lastModified = null } = answer.headers;
    if (answer.status === 206) {
      const size = Number(/^bytes 0-\d+\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1]);
      if (!Number.isSafeInteger(size)) throw unreachable(address, 'does not say how large the file is');
      return new RemoteFile(address, signal, { size, etag, lastModified });
    }
    if (answer.body === undefined) throw unreachable(address, 'gives the file only as a whole');
    const { byteLength: size } = answer.body;
    return new RemoteFile(address, signal, { size, etag, lastModified }, answer.body);
  }

  /**
   * Some bytes, all of which lie in the file.
   * @throws CairnError `imagery-unreachable`, also where the file is another one by now; `imagery-corrupt` where what comes is
   * cut; the signal's reason.
   */
  read(position: number, length: number): Promise<Uint8Array> {
    if (this.#whole !== undefined) return Promise.resolve(this.#whole.subarray(position, position + length));
    const range = `bytes=${position}-${position + length - 1}`;
    return ask(this.#address, range, length, [206], this.#signal, ({ headers, body }) => {
      const { etag = null, 'last-modified': lastModified = null } = headers;
      const { etag: due, lastModified: dueDate, size } = this.identity;
      const told = headers['content-range'] ?? '';
      if (etag !== due || lastModified !== dueDate || told !== `bytes ${range.slice('bytes='.length)}/${size}`) {
        throw unreachable(this.#address, 'gave another file while it was read');
      }
      if (body?.byteLength !== length) throw corrupt('what came is cut', `bytes ${position} to ${position + length}`);
      return Promise.resolve(body);
    });
  }
}

async function ask<T>(
  address: ImageAddress,
  range: string,
  mostBytes: number,
  answers: readonly number[],
  signal: AbortSignal,
  read: (answer: Answer) => Promise<T>,
): Promise<T> {
  const { url, servers, authorise } = address;
  const headers = { range, ...(await authorise()) };
  return servers.ask(
    { url, headers, mostBytes, answers, read, trouble: (words) => unreachable(address, words) },
    signal,
  );
}

/** An image that cannot be had; `words` follow the host's name. */
export function unreachable({ url, shown }: ImageAddress, words: string): CairnError {
  return new CairnError('imagery-unreachable', `${url.host} ${words}.`, {
    where: shown,
    action: 'See whether the address is right and can be read without signing in; or download the file and add it.',
  });
}
