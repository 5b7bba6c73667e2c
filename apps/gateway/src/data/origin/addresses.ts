import { CairnError } from '@cairn/contracts';
import { lookup } from 'node:dns/promises';
import { realpath } from 'node:fs/promises';
import { isAbsolute, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPublicAddress } from '../../outbound/public-address.ts';
import { placeOf } from '../../outbound/hosts.ts';

/** Where data may be fetched from: a host, by the address that its name was resolved to, or a folder of this machine. */
export type Address = { kind: 'host'; url: URL; ip: string } | { kind: 'folder'; path: string };

/**
 * Which addresses data may be fetched from: https to the public internet, and what the setting CAIRN_DATA_SOURCES names.
 * Whoever adds a dataset chooses the address, and the gateway must become their way neither into its network nor into its
 * folders.
 */
export class DataAddresses {
  readonly #hosts: ReadonlySet<string>;
  readonly #folders: readonly string[];

  /** @param options.allowed `host:port` of hosts that may lie anywhere and speak plain http, and absolute folders. */
  constructor(options: { allowed: readonly string[] }) {
    this.#hosts = new Set(options.allowed.filter((one) => !isAbsolute(one)).map((host) => host.toLowerCase()));
    this.#folders = options.allowed.filter((one) => isAbsolute(one));
  }

  /**
   * Reads an address and holds it against the rules.
   * @param where names it in errors.
   * @throws CairnError `input-invalid`; an address with a user name or a password is not repeated in it.
   */
  async check(text: string, where: string): Promise<Address> {
    if (isAbsolute(text)) return this.#folder(text, where);
    if (!URL.canParse(text)) throw refused('The address is none.', where, 'Give https://HOST/PATH.');
    const url = new URL(text);
    if (url.protocol === 'file:' && url.host === '') return this.#folder(fileURLToPath(url), where);
    const place = placeOf(url);
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      const what = `The address at ${place} holds a user name, a password or a query.`;
      throw refused(what, where, 'Give an address that can be read without them, or upload the files.');
    }
    const known = this.#hosts.has(place);
    if (url.protocol !== 'https:' && !(known && url.protocol === 'http:')) {
      throw refused(`Data are not fetched by ${url.protocol.slice(0, -1)}.`, where, 'Give an address with https://.');
    }
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    const found = await lookup(hostname, { all: true }).catch((cause: unknown) => {
      throw new CairnError('data-unreachable', `The host ${url.hostname} is not known.`, {
        where,
        action: 'Correct the address; look whether this machine is online.',
        cause,
      });
    });
    const open = found.find(({ address }) => known || isPublicAddress(address));
    if (open !== undefined) return { kind: 'host', url, ip: open.address };
    const action = `Where the server is yours, name it in the setting of the gateway: CAIRN_DATA_SOURCES=${place}`;
    throw refused(`${place} is not on the public internet.`, where, action);
  }

  async #folder(path: string, where: string): Promise<Address> {
    const real = await realpath(path).catch(() => path);
    for (const folder of this.#folders) {
      const root = await realpath(folder).catch(() => folder);
      if (real === root || real.startsWith(root + sep)) return { kind: 'folder', path: real };
    }
    const action = 'Name the folder in the setting of the gateway, CAIRN_DATA_SOURCES, or upload the files.';
    throw refused('Data are not fetched from that folder of this machine.', where, action);
  }
}

function refused(what: string, where: string, action: string): CairnError {
  return new CairnError('input-invalid', what, { where, action });
}
