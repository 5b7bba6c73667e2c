import { CairnError } from '@cairn/contracts';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * The hosts under which a gateway answers. A page from elsewhere that has its own name resolve to this machine (DNS
 * rebinding) sends that name as Host, and is refused.
 */
export class Hosts {
  readonly #names: ReadonlySet<string>;

  /** @param options.host the configured address, served beside the loopback names. */
  constructor(options: { host: string }) {
    this.#names = new Set([...loopback, options.host.includes(':') ? `[${options.host}]` : options.host.toLowerCase()]);
  }

  /**
   * Stops a request that names another host.
   * @throws CairnError `host-refused`.
   */
  demand(header: string | undefined): void {
    const name = header?.toLowerCase().replace(/:\d+$/, '') ?? '';
    if (this.#names.has(name)) return;
    throw new CairnError('host-refused', `The request names the host ${JSON.stringify(header ?? '')}.`, {
      where: 'Host',
      action: `Ask under one of these: ${[...this.#names].join(', ')}.`,
    });
  }
}
