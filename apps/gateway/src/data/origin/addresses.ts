import { CairnError } from '@cairn/contracts';
import { realpath } from 'node:fs/promises';
import { isAbsolute, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RepositoryHosts } from '../../outbound/repository-hosts.ts';

/** Where data may be fetched from: a host, with the settings by which git reaches it, or a folder of this machine. */
export type Address = { kind: 'host'; url: URL; settings: string[] } | { kind: 'folder'; path: string };

/**
 * Which addresses data may be fetched from: https to the public internet, and what the setting CAIRN_DATA_SOURCES names.
 * Whoever adds a dataset chooses the address, and the gateway must become their way neither into its network nor into its
 * folders.
 */
export class DataAddresses {
  readonly #hosts: RepositoryHosts;
  readonly #folders: readonly string[];

  /**
   * @param options.allowed `host:port` of hosts that may lie anywhere and speak plain http, and absolute folders.
   * @param options.proxied whether a proxy makes the connections: then it resolves the names, and draws the line.
   */
  constructor(options: { allowed: readonly string[]; proxied: boolean }) {
    this.#hosts = new RepositoryHosts({
      allowed: options.allowed.filter((one) => !isAbsolute(one)),
      proxied: options.proxied,
      purpose: { sentence: 'Data are not fetched', setting: 'CAIRN_DATA_SOURCES', unreachable: 'data-unreachable' },
    });
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
    return { kind: 'host', url, settings: await this.#hosts.settings(url, where) };
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
