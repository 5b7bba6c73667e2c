import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A request as it is sent: made once, since making it is the client's affair. */
export interface Request {
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** What is read at once, in bytes: an answer of one window fits. */
const readAtOnce = 512 * 1024;

/**
 * A client's connection that stays, by which one request is sent after the other. It does no more than a client has to: the body
 * is sent from where it lies, the answer read into memory that is there. So what is measured is the server.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #head: Buffer;
  readonly #request: Request;
  /** What came of the answer that is waited for, and how much of it is due. */
  #answer: { chunks: Buffer[]; come: number; due: number; settle: (error?: Error) => void } | undefined;

  private constructor(request: Request) {
    const { host, hostname, port, pathname } = new URL(request.url);
    const headers = { host, ...request.headers, 'content-length': String(request.body.length) };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#request = request;
    this.#head = Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`);
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(readAtOnce),
        callback: (length, buffer) => {
          this.#take(Buffer.from(buffer.subarray(0, length)));
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.#answer?.settle(error));
    this.#socket.on('close', () => this.#answer?.settle(new Error(`${request.url} closed the connection.`)));
  }

  /** Opens a connection for a request to one server. */
  static async open(request: Request): Promise<Connection> {
    const connection = new Connection(request);
    await once(connection.#socket, 'connect');
    return connection;
  }

  /** Sends it, and waits for the whole answer. @throws Error where its status is not 200 */
  async send(): Promise<void> {
    const answered = new Promise<void>((resolve, reject) => {
      const settle = (error?: Error): void => (error === undefined ? resolve() : reject(error));
      this.#answer = { chunks: [], come: 0, due: Infinity, settle };
    });
    this.#socket.cork();
    this.#socket.write(this.#head);
    this.#socket.write(this.#request.body);
    this.#socket.uncork();
    await answered;
  }

  close(): void {
    this.#answer = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const answer = this.#answer;
    if (answer === undefined) return;
    answer.chunks.push(chunk);
    answer.come += chunk.length;
    if (answer.due === Infinity) answer.due = lengthOf(Buffer.concat(answer.chunks));
    if (answer.come < answer.due) return;
    const [first] = answer.chunks;
    const isRight = first!.toString('latin1', 0, 13).startsWith('HTTP/1.1 200 ');
    const text = (): string => Buffer.concat(answer.chunks).toString('utf8', 0, 2000);
    answer.settle(isRight ? undefined : new Error(`${this.#request.url} answered ${text()}`));
  }
}

/** How many bytes an answer has, whose head is there; else infinitely many. Both servers tell their length. */
function lengthOf(bytes: Buffer): number {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return Infinity;
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1];
  if (length === undefined) throw new Error('An answer came without its length.');
  return end + 4 + Number(length);
}
