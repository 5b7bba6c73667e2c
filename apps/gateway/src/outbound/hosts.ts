import { type LookupAddress, lookup as resolveName } from 'node:dns';
import { lookup as resolveAll } from 'node:dns/promises';
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
   * @param where names the address in errors.
   * @throws CairnError `input-invalid` for another scheme than http(s), credentials, an IP address that is not public.
   */
  check(url: URL, where = url.host): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw new CairnError('input-invalid', `${this.#purpose.sentence} by ${url.protocol.slice(0, -1)}.`, {
        where,
        action: 'Give an address that begins with https:// or http://.',
      });
    }
    if (url.username !== '' || url.password !== '') {
      throw new CairnError('input-invalid', `The address at ${url.host} holds a user name or a password.`, {
        where,
        action: 'Give an address without them; a key in the query (?key=…) is masked wherever the address is kept.',
      });
    }
    const address = bare(url.hostname);
    if (isIP(address) !== 0 && this.#open(url, [{ address, family: isIP(address) }]).length === 0) {
      throw this.#refused(url, where);
    }
  }

  /** Whether the setting names the host: it may lie anywhere. */
  mayLieAnywhere(url: URL): boolean {
    return this.#allowed.has(placeOf(url));
  }

  /**
   * The addresses to which a request to `url` may connect, of all that its host has.
   * @param where names the address in errors.
   * @throws CairnError `input-invalid` where there is none; the resolver's error for a name that is not known.
   */
  async addresses(url: URL, where?: string): Promise<LookupAddress[]> {
    const open = this.#open(url, await resolveAll(bare(url.hostname), { all: true }));
    if (open.length === 0) throw this.#refused(url, where);
    return open;
  }

  /**
   * Resolves names for a request to `url`, to public addresses only unless the host is allowed. It answers what is then
   * connected to, so that a name cannot lead elsewhere between check and use. An address in place of a name is not
   * resolved: `check` sees to it.
   */
  lookup(url: URL): LookupFunction {
    return (hostname, options, callback) => {
      resolveName(hostname, { ...options, all: true }, (error, found) => {
        if (error !== null) {
          callback(error, '');
          return;
        }
        const open = this.#open(url, found);
        const [first] = open;
        if (first === undefined) callback(this.#refused(url), '');
        else if (options.all === true) callback(null, open);
        else callback(null, first.address, first.family);
      });
    };
  }

  /** Those of a host's addresses that may be connected to. */
  #open(url: URL, found: readonly LookupAddress[]): LookupAddress[] {
    return found.filter(({ address }) => this.mayLieAnywhere(url) || isPublicAddress(address));
  }

  #refused(url: URL, where?: string): CairnError {
    const place = placeOf(url);
    const { sentence, setting } = this.#purpose;
    return new CairnError('input-invalid', `${place} is not on the public internet. ${sentence} anywhere else.`, {
      where: where ?? place,
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
