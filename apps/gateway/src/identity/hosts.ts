import { CairnError } from '@cairn/contracts';
import type { Accounts } from './accounts.ts';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * The hosts under which a gateway answers. A page from elsewhere that has its own name resolve to this machine (DNS
 * rebinding) sends that name as Host, and is refused.
 */
export class Hosts {
  readonly #names: ReadonlySet<string>;

  /**
   * @param options.host the configured address, served beside the loopback names.
   * @param options.others names by which others of the installation reach the gateway.
   */
  constructor(options: { host: string; others?: readonly string[] }) {
    const { host, others = [] } = options;
    const own = host.includes(':') ? `[${host}]` : host;
    this.#names = new Set([...loopback, ...[own, ...others].map((name) => name.toLowerCase())]);
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

/**
 * Stops a gateway that would listen beyond this machine while nobody has a password: then the state folder's token would be
 * the only way in, and would be handed around.
 * @throws CairnError `accounts-missing`.
 */
export async function demandAccounts(host: string, accounts: Pick<Accounts, 'anyPassword'>): Promise<void> {
  if (/^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host) || (await accounts.anyPassword())) return;
  throw new CairnError('accounts-missing', `Cairn was to listen on ${host}, and no account has a password.`, {
    where: 'CAIRN_HOST',
    action:
      'Start it on 127.0.0.1 (leave CAIRN_HOST out), add accounts with "cairn account add", then start it again; put a proxy that speaks TLS before it.',
  });
}
