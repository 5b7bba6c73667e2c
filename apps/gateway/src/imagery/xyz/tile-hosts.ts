import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { CairnError } from '@cairn/contracts';
import { isPublicAddress } from './public-address.ts';

/**
 * Which hosts tiles may be fetched from: those of the public internet, and those that the setting CAIRN_TILE_HOSTS names.
 * Whoever adds imagery chooses the address, and the gateway must not become their way into the network that it stands in.
 */
export class TileHosts {
  readonly #allowed: ReadonlySet<string>;

  /** @param options.allowed `host:port` of hosts that may lie anywhere. */
  constructor(options: { allowed: readonly string[] }) {
    this.#allowed = new Set(options.allowed.map((host) => host.toLowerCase()));
  }

  /**
   * Refuses what can be refused before a name is resolved.
   * @throws CairnError `input-invalid` for another scheme than http(s), credentials, an IP address that is not public.
   */
  check(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new CairnError('input-invalid', `Tiles are not fetched by ${url.protocol.slice(0, -1)}.`, {
        where: url.hostname,
        action: 'Give an address that begins with https:// or http://.',
      });
    }
    if (url.username !== '' || url.password !== '') {
      throw new CairnError('input-invalid', `The address of tiles at ${url.host} holds a user name or a password.`, {
        where: url.host,
        action: 'Give an address without them; a key in the query (?key=…) is masked wherever the address is kept.',
      });
    }
    const address = bare(url.hostname);
    if (isIP(address) !== 0 && !this.#isAllowed(url) && !isPublicAddress(address)) throw refused(url);
  }

  /**
   * Resolves names for a request to `url`, to public addresses only unless the host is allowed. It answers what is then
   * connected to, so that a name cannot lead elsewhere between check and use. An address in place of a name is not
   * resolved: `check` sees to it.
   */
  lookup(url: URL): LookupFunction {
    const anywhere = this.#isAllowed(url);
    return (hostname, options, callback) => {
      resolveName(hostname, { ...options, all: true }, (error, found) => {
        if (error !== null) {
          callback(error, '');
          return;
        }
        const open = anywhere ? found : found.filter(({ address }) => isPublicAddress(address));
        const [first] = open;
        if (first === undefined) callback(refused(url), '');
        else if (options.all === true) callback(null, open);
        else callback(null, first.address, first.family);
      });
    };
  }

  #isAllowed(url: URL): boolean {
    return this.#allowed.has(placeOf(url));
  }
}

/** `host:port`, with the port that the scheme implies where none is written. */
export function placeOf(url: URL): string {
  return `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port}`;
}

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function refused(url: URL): CairnError {
  const place = placeOf(url);
  return new CairnError(
    'input-invalid',
    `${place} is not on the public internet, and tiles are fetched from nowhere else.`,
    {
      where: place,
      action: `Where the tile server is yours, name it in the setting of the gateway: CAIRN_TILE_HOSTS=${place}`,
    },
  );
}
