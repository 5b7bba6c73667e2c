import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { CairnError } from '@cairn/contracts';
import { isPublicAddress } from './public-address.ts';

/** What is asked of hosts, in words for those whose address is refused. */
export interface Purpose {
  /** As the subject of a sentence: `Tiles are not fetched`. */
  sentence: string;
  /** The setting that names hosts which may lie anywhere. */
  setting: string;
}

/**
 * Which hosts may be asked for something at an address that a caller chose: those of the public internet, and those that a
 * setting names. The gateway must not become the caller's way into the network that it stands in.
 */
export class OutboundHosts {
  readonly #allowed: ReadonlySet<string>;
  readonly #purpose: Purpose;

  /** @param options.allowed `host:port` of hosts that may lie anywhere. */
  constructor(options: { allowed: readonly string[]; purpose: Purpose }) {
    this.#allowed = new Set(options.allowed.map((host) => host.toLowerCase()));
    this.#purpose = options.purpose;
  }

  /**
   * Refuses what can be refused before a name is resolved.
   * @throws CairnError `input-invalid` for another scheme than http(s), credentials, an IP address that is not public.
   */
  check(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new CairnError('input-invalid', `${this.#purpose.sentence} by ${url.protocol.slice(0, -1)}.`, {
        where: url.hostname,
        action: 'Give an address that begins with https:// or http://.',
      });
    }
    if (url.username !== '' || url.password !== '') {
      throw new CairnError('input-invalid', `The address at ${url.host} holds a user name or a password.`, {
        where: url.host,
        action: 'Give an address without them; a key in the query (?key=…) is masked wherever the address is kept.',
      });
    }
    const address = bare(url.hostname);
    if (isIP(address) !== 0 && !this.#isAllowed(url) && !isPublicAddress(address)) throw this.#refused(url);
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
        if (first === undefined) callback(this.#refused(url), '');
        else if (options.all === true) callback(null, open);
        else callback(null, first.address, first.family);
      });
    };
  }

  #isAllowed(url: URL): boolean {
    return this.#allowed.has(placeOf(url));
  }

  #refused(url: URL): CairnError {
    const place = placeOf(url);
    const { sentence, setting } = this.#purpose;
    return new CairnError('input-invalid', `${place} is not on the public internet. ${sentence} anywhere else.`, {
      where: place,
      action: `Where that server is yours, name it in the setting of the gateway: ${setting}=${place}`,
    });
  }
}

/** `host:port`, with the port that the scheme implies where none is written. */
export function placeOf(url: URL): string {
  return `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port}`;
}

function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
