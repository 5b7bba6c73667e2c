import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** What the command line takes from the environment; nothing else in it reads `process.env`. */
export interface CliConfig {
  /** State folder, absolute. */
  home: string;
  /** Address of a gateway elsewhere; left out: the one of the state folder. */
  address?: string;
  /** Token for that address; left out: the state folder's. */
  token?: string;
  /** The checkout that this program lies in, absolute. */
  repository: string;
  /** Folder of the Python tools. */
  tools: string;
  /** The whole environment, handed on to the gateway that `up` and `demo` start. */
  environment: NodeJS.ProcessEnv;
}

/** Reads the configuration of the command line. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): CliConfig {
  const address = environment['CAIRN_ADDRESS'];
  const token = environment['CAIRN_TOKEN'];
  return {
    home: resolve(environment['CAIRN_HOME'] ?? '.cairn'),
    ...(address === undefined ? {} : { address: address.replace(/\/$/, '') }),
    ...(token === undefined ? {} : { token }),
    repository,
    tools: resolve(environment['CAIRN_TOOLS'] ?? resolve(repository, '.tools')),
    environment,
  };
}
