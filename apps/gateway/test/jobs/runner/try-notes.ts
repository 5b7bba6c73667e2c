import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server at which steps note that they were tried, wherever they run, and which tells them when to go on. */
export class TryNotes {
  readonly #tries = new Map<string, number[]>();
  readonly #released = new Set<string>();
  readonly #server = createServer((request, response) => {
    const job = decodeURIComponent(request.url?.slice(1) ?? '');
    const tries = this.of(job);
    if (request.method === 'POST') tries.push(Date.now());
    response.end(String(request.method === 'POST' ? tries.length : Number(this.#released.has(job))));
  });

  /** Begins to listen at an address of this machine. */
  async listen(host: string): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
  }

  /** Where the steps of a job note their tries; `host` is this machine's name for them. */
  addressFor(job: string, host = '127.0.0.1'): string {
    return `http://${host}:${(this.#server.address() as AddressInfo).port}/${encodeURIComponent(job)}`;
  }

  /** When the steps of a job were tried, in milliseconds since 1970; grows while they run. */
  of(job: string): number[] {
    const tries = this.#tries.get(job) ?? [];
    this.#tries.set(job, tries);
    return tries;
  }

  /** Lets the step `linger` of a job go on. */
  release(job: string): void {
    this.#released.add(job);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
