import { CairnError } from '@cairn/contracts';
import { AwsClient } from 'aws4fetch';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as pause } from 'node:timers/promises';

/** How an S3 store is reached. */
export interface BucketAccess {
  /** `https://HOST[:PORT]`; the bucket is named in the path. */
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
}

// S3 takes 10,000 parts of an object: 640 GiB.
const usualPart = 64 * 1024 * 1024;

// A store that is started again, or whose pod is replaced, is back in that time.
const usualPatience = 30_000;
const longestPause = 2000;

/** What may be sent again where no answer came: it does the same a second time. */
const repeatable = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/** Objects of one bucket of an S3 store, by key. Errors are CairnError `cluster-unavailable`. */
export class Bucket {
  readonly #client: AwsClient;
  readonly #root: string;
  readonly #part: number;
  readonly #patience: number;

  /**
   * @param options.part bytes that are sent at once, at least 5 MiB: what a part's upload holds in memory.
   * @param options.patience milliseconds for which a store that does not answer is asked again.
   */
  constructor(options: { access: BucketAccess; part?: number; patience?: number }) {
    const { endpoint, bucket, region, accessKey, secretKey } = options.access;
    this.#client = new AwsClient({
      service: 's3',
      region,
      accessKeyId: accessKey,
      secretAccessKey: secretKey,
      retries: 6,
    });
    this.#root = `${endpoint.replace(/\/$/, '')}/${bucket}`;
    this.#part = options.part ?? usualPart;
    this.#patience = options.patience ?? usualPatience;
  }

  /** Writes an object, in parts where it is large. It is there whole, or not at all. */
  async put(key: string, source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
    const pieces = piecesOf(source, this.#part);
    const first = await pieces.next();
    const bytes = first.done === true ? Buffer.alloc(0) : first.value;
    if (bytes.byteLength < this.#part) {
      await this.#demand('PUT', key, '', { body: bytes, signal });
      return;
    }
    const upload = element(await (await this.#demand('POST', key, '?uploads', { signal })).text(), 'UploadId');
    const query = `uploadId=${encodeURIComponent(upload)}`;
    try {
      const tags: string[] = [];
      const send = async (body: Buffer<ArrayBuffer>): Promise<void> => {
        const part = `?partNumber=${tags.length + 1}&${query}`;
        tags.push((await this.#demand('PUT', key, part, { body, signal })).headers.get('etag') ?? '');
      };
      await send(bytes);
      for await (const piece of pieces) await send(piece);
      const list = tags.map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag}</ETag></Part>`);
      const body = Buffer.from(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`);
      // It may fail with status 200, after it has begun to answer.
      element(await (await this.#demand('POST', key, `?${query}`, { body, signal })).text(), 'ETag');
    } catch (error) {
      await this.#send('DELETE', key, `?${query}`).catch(() => undefined);
      throw error;
    }
  }

  /** Whether an object is there. */
  async has(key: string): Promise<boolean> {
    return (await this.size(key)) !== undefined;
  }

  /** Bytes of an object; undefined where it is not there. */
  async size(key: string): Promise<number | undefined> {
    const answer = await this.#send('HEAD', key, '');
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw this.#unavailable(`it answered ${answer.status}`);
    return Number(answer.headers.get('content-length'));
  }

  /** Reads an object. */
  async get(key: string, signal?: AbortSignal): Promise<Readable> {
    return bodyOf(await this.#demand('GET', key, '', { signal }));
  }

  /** Reads an object; undefined where it is not there. */
  async find(key: string): Promise<Readable | undefined> {
    const answer = await this.#send('GET', key, '');
    if (answer.status === 404) return undefined;
    return bodyOf(await this.#good(answer, 'GET', key));
  }

  /** Removes every object whose key begins so. */
  async clear(prefix: string): Promise<void> {
    const query = new URLSearchParams({ 'list-type': '2', 'encoding-type': 'url', prefix }).toString();
    for (let before = ''; ;) {
      const list = await (await this.#demand('GET', '', `?${query}`)).text();
      // A blank comes as a plus, as in forms.
      const keys = [...list.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) =>
        decodeURIComponent(key!.replaceAll('+', '%20')),
      );
      if (keys.length === 0) return;
      if (keys[0] === before) throw this.#unavailable(`${before} was deleted and is still there`);
      before = keys[0]!;
      for (const key of keys) await this.#demand('DELETE', key, '');
    }
  }

  async #demand(method: string, key: string, query: string, init?: RequestBytes): Promise<Response> {
    return this.#good(await this.#send(method, key, query, init), method, key);
  }

  async #good(answer: Response, method: string, key: string): Promise<Response> {
    if (answer.ok) return answer;
    throw this.#unavailable(`${method} ${key} was answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
  }

  async #send(method: string, key: string, query: string, init: RequestBytes = {}): Promise<Response> {
    const { body } = init;
    const digest = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const path = key.split('/').map(encodeURIComponent).join('/');
    const until = Date.now() + (repeatable.has(method) ? this.#patience : 0);
    for (let wait = 250; ; wait = Math.min(2 * wait, longestPause)) {
      try {
        return await this.#client.fetch(`${this.#root}/${path}${query}`, {
          ...init,
          signal: init.signal ?? null,
          method,
          // The store compares what it got with it.
          headers: { 'x-amz-content-sha256': digest },
        });
      } catch (error) {
        init.signal?.throwIfAborted();
        if (Date.now() + wait > until) throw this.#unavailable(String(error), error);
      }
      await pause(wait, undefined, { signal: init.signal }).catch(() => init.signal?.throwIfAborted());
    }
  }

  #unavailable(why: string, cause: unknown = new Error(why)): CairnError {
    const { host } = new URL(this.#root);
    return new CairnError('cluster-unavailable', `The object store at ${host} did not do its part: ${why}.`, {
      where: host,
      action: 'See whether it runs, and whether the settings CAIRN_S3_… fit it.',
      cause,
    });
  }
}

interface RequestBytes {
  body?: Buffer<ArrayBuffer>;
  signal?: AbortSignal | undefined;
}

function bodyOf({ body }: Response): Readable {
  return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream<Uint8Array>);
}

/** Pieces of a size; the last may be smaller. */
async function* piecesOf(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer<ArrayBuffer>> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (let chunk of source) {
    while (length + chunk.byteLength >= size) {
      yield Buffer.concat([...held, chunk.subarray(0, size - length)]);
      chunk = chunk.subarray(size - length);
      [held, length] = [[], 0];
    }
    held.push(chunk);
    length += chunk.byteLength;
  }
  if (length > 0) yield Buffer.concat(held);
}

/** What stands in an element of a small XML document of S3. */
function element(xml: string, name: string): string {
  const found = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
  if (found === undefined) throw new Error(`The object store answered no ${name}: ${xml.slice(0, 500)}`);
  return found;
}
