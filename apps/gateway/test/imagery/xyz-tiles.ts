import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tile } from '@cairn/geo';
import sharp, { type Sharp } from 'sharp';

/** How a server answers one request. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

/** Pixels along the edge of a tile of the tests. */
export const edge = 32;

/** What the tiles show at a pixel of the whole map. */
export function colourAt(x: number, y: number): [number, number, number] {
  return [x & 255, y & 255, (x * 7 + y * 13) & 255];
}

/** A tile as a picture. */
export async function tilePng({ x, y }: Tile, size = edge): Promise<Buffer> {
  return tileImage(x, y, size).png({ compressionLevel: 1 }).toBuffer();
}

/** The same tile as JPEG. */
export async function tileJpeg({ x, y }: Tile): Promise<Buffer> {
  return tileImage(x, y, edge).jpeg().toBuffer();
}

function tileImage(column: number, row: number, size: number): Sharp {
  const rgb = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) rgb.set(colourAt(column * size + x, row * size + y), (y * size + x) * 3);
  }
  return sharp(rgb, { raw: { width: size, height: size, channels: 3 } });
}

/** Answers with a status and perhaps a body. */
export function answer(status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}): Answer {
  return (response) => void response.writeHead(status, headers).end(body);
}

/** A tile server on loopback: `/z/x/y.png`, with other answers where a test says so. */
export class TestTileServer {
  /** Every request in the order it came, with its time. */
  readonly requests: { path: string; agent: string | undefined; at: number }[] = [];
  /** Requests that were under way at the same time, at most. */
  most = 0;
  readonly #answers = new Map<string, Answer[]>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #open = 0;

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

  /** The template of its tiles. */
  get template(): string {
    return `http://${this.place}/{z}/{x}/{y}.png`;
  }

  /** The next answers for a tile, by `z/x/y`; after the last of them, the last again. */
  will(tile: string, ...answers: Answer[]): void {
    this.#answers.set(`/${tile}.png`, answers);
  }

  /** How often a tile was asked for. */
  asked(tile: string): number {
    return this.requests.filter(({ path }) => path === `/${tile}.png`).length;
  }

  reset(): void {
    this.requests.length = 0;
    this.#answers.clear();
    this.most = 0;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?');
    this.requests.push({ path, agent: request.headers['user-agent'], at: Date.now() });
    this.most = Math.max(this.most, ++this.#open);
    response.once('close', () => (this.#open -= 1));
    const answers = this.#answers.get(path);
    const special = answers !== undefined && answers.length > 1 ? answers.shift() : answers?.[0];
    if (special !== undefined) return special(response, request);
    const [z, x, y] = (/^\/(\d+)\/(\d+)\/(\d+)\.png$/.exec(path) ?? []).slice(1).map(Number);
    response.writeHead(200, { 'content-type': 'image/png' }).end(await tilePng({ x: x!, y: y!, z: z! }));
  }
}
