import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { CairnError } from '@cairn/contracts';
import { isPublicAddress } from '../../outbound/public-address.ts';
import { placeOf } from '../../outbound/hosts.ts';

/**
 * Which hosts repositories may be fetched from: those of the public internet by https, and those that the setting
 * CAIRN_GIT_HOSTS names, by http too. Whoever registers a package chooses the address, and the gateway must not become their
 * way into the network that it stands in.
 */
export class GitHosts {
  readonly #allowed: ReadonlySet<string>;
  readonly #proxied: boolean;

  /**
   * @param options.allowed `host:port` of hosts that may lie anywhere.
   * @param options.proxied whether a proxy makes the connections: then it resolves the names, and draws the line.
   */
  constructor(options: { allowed: readonly string[]; proxied: boolean }) {
    this.#allowed = new Set(options.allowed.map((host) => host.toLowerCase()));
    this.#proxied = options.proxied;
  }

  /**
   * Settings of git with which it connects to this host at the addresses that were checked, whatever its name says later.
   * @throws CairnError `input-invalid` for what may not be fetched from, `git-unreachable` for a name without an address.
   */
  async settings(url: URL): Promise<string[]> {
    const place = placeOf(url);
    const anywhere = this.#allowed.has(place);
    if (url.username !== '' || url.password !== '') {
      throw refused(url, 'The address of a repository holds no user name and no password', 'Give it without them.');
    }
    if (url.protocol !== 'https:' && !(anywhere && url.protocol === 'http:')) {
      const words = `${place} is not asked by ${url.protocol.slice(0, -1)}`;
      throw refused(url, words, `Give an address that begins with https://. ${nameIt(place)}`);
    }
    const name = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
    if (isIP(name) !== 0) {
      if (!anywhere && !isPublicAddress(name)) throw notPublic(url);
      return [];
    }
    if (this.#proxied) return [];
    const found = await lookup(name, { all: true }).catch((cause: unknown) => {
      throw new CairnError('git-unreachable', `The host ${name} was not found.`, {
        where: place,
        action: 'Look whether the address is right and this machine has a network.',
        cause,
      });
    });
    const open = anywhere ? found : found.filter(({ address }) => isPublicAddress(address));
    if (open.length === 0) throw notPublic(url);
    const addresses = open.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
    return [`http.curloptResolve=${place}:${addresses.join(',')}`];
  }
}

function notPublic(url: URL): CairnError {
  const words = `${placeOf(url)} is not on the public internet, and repositories are fetched from nowhere else`;
  return refused(url, words, nameIt(placeOf(url)));
}

function nameIt(place: string): string {
  return `Where the server is yours, name it in the setting of the gateway: CAIRN_GIT_HOSTS=${place}`;
}

function refused(url: URL, words: string, action: string): CairnError {
  return new CairnError('input-invalid', `${words}.`, { where: placeOf(url), action });
}
