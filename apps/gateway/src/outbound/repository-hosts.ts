import { CairnError } from '@cairn/contracts';
import { OutboundHosts, placeOf, type Purpose } from './hosts.ts';

/** What is asked of the hosts of repositories, in words and codes for those whose address is refused. */
export interface RepositoryPurpose extends Purpose {
  /** The code for a name without an address. */
  unreachable: 'git-unreachable' | 'data-unreachable';
}

/**
 * Which hosts programs like git may be sent to at an address that a caller chose: by https those of the public internet and
 * those that a setting names, these by http too. Such a program resolves names by itself and follows what it is told, so it
 * is given the addresses that were checked.
 */
export class RepositoryHosts {
  readonly #hosts: OutboundHosts;
  readonly #purpose: RepositoryPurpose;
  readonly #proxied: boolean;

  /**
   * @param options.allowed `host:port` of hosts that may lie anywhere.
   * @param options.proxied whether a proxy makes the connections: then it resolves the names, and draws the line.
   */
  constructor(options: { allowed: readonly string[]; proxied: boolean; purpose: RepositoryPurpose }) {
    this.#hosts = new OutboundHosts(options);
    this.#purpose = options.purpose;
    this.#proxied = options.proxied;
  }

  /**
   * Settings of git with which it connects to this host at the addresses that were checked, whatever its name says later.
   * @param where names the address in errors.
   * @throws CairnError `input-invalid` for what may not be asked, which is not repeated where it holds a secret; the
   * purpose's code for a name without an address.
   */
  async settings(url: URL, where = placeOf(url)): Promise<string[]> {
    const place = placeOf(url);
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      throw new CairnError('input-invalid', `The address at ${place} holds a user name, a password or a query.`, {
        where,
        action: 'Give an address that can be read without them.',
      });
    }
    const { sentence, setting, unreachable } = this.#purpose;
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && this.#hosts.mayLieAnywhere(url))) {
      throw new CairnError('input-invalid', `${sentence} by ${url.protocol.slice(0, -1)} from ${place}.`, {
        where,
        action: `Give an address that begins with https://. By http only hosts are asked that ${setting} names.`,
      });
    }
    this.#hosts.check(url, where);
    if (this.#proxied) return [];
    const addresses = await this.#hosts.addresses(url, where).catch((cause: unknown) => {
      if (cause instanceof CairnError) throw cause;
      throw new CairnError(unreachable, `The host ${url.hostname} was not found.`, {
        where,
        action: 'Look whether the address is right and this machine has a network.',
        cause,
      });
    });
    const written = addresses.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
    return [`http.curloptResolve=${place}:${written.join(',')}`];
  }
}
