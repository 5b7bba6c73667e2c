import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a server behaves. */
export interface Behaviour {
  /** Answers whole files whatever range is asked for. */
  wholeOnly?: boolean;
  /** What happens to a request before it is answered; true: it was answered. */
  before?: (request: IncomingMessage, response: ServerResponse, count: number) => boolean;
  /** Lets only requests in that S3 would let in with these keys. */
  keys?: { accessKey: string; secretKey: string; region: string };
}

/** A server of files on loopback that answers range requests, as object stores do. */
export class TestImageServer {
  /** Bytes of files, by path. */
  readonly files = new Map<string, Uint8Array>();
  /** Ranges that were asked for. */
  readonly ranges: string[] = [];
  behaviour: Behaviour = {};
  readonly #server = createServer((request, response) => this.#serve(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** `host:port`. */
  get place(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  reset(): void {
    this.ranges.length = 0;
    this.behaviour = {};
  }

  /** Bytes that were asked for. */
  get asked(): number {
    return this.ranges.reduce((sum, range) => {
      const [, first = 0, last = 0] = (/^bytes=(\d+)-(\d+)$/.exec(range) ?? []).map(Number);
      return sum + last - first + 1;
    }, 0);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { range = '' } = request.headers;
    this.ranges.push(range);
    const { before, keys, wholeOnly = false } = this.behaviour;
    if (before?.(request, response, this.ranges.length) === true) return;
    if (keys !== undefined && !isSigned(request, keys)) return void response.writeHead(403).end('<Error/>');
    const bytes = this.files.get((request.url ?? '').split('?')[0] ?? '');
    if (bytes === undefined) return void response.writeHead(404).end();
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    const [, first = 0, last = 0] = (/^bytes=(\d+)-(\d+)$/.exec(range) ?? []).map(Number);
    if (wholeOnly || range === '') return void response.writeHead(200, { etag }).end(bytes);
    const end = Math.min(last + 1, bytes.length);
    response.writeHead(206, { etag, 'content-range': `bytes ${first}-${end - 1}/${bytes.length}` });
    response.end(bytes.subarray(first, end));
  }
}

/** Whether a request carries a signature of AWS (Signature Version 4) made with these keys. */
function isSigned(request: IncomingMessage, { accessKey, secretKey, region }: NonNullable<Behaviour['keys']>): boolean {
  const { authorization = '', 'x-amz-date': date = '', 'x-amz-content-sha256': body = '' } = request.headers;
  const [, names = '', signature = ''] = /SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(authorization) ?? [];
  const scope = `${String(date).slice(0, 8)}/${region}/s3/aws4_request`;
  if (!authorization.startsWith(`AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}`)) return false;
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name] ?? '')}\n`);
  const canonical = ['GET', request.url ?? '', '', headers.join(''), names, String(body)].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const key = [...scope.split('/')].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${secretKey}`,
  );
  const text = ['AWS4-HMAC-SHA256', String(date), scope, digest].join('\n');
  return createHmac('sha256', key).update(text).digest('hex') === signature;
}
