import { clustered } from './cluster/clustered.ts';
import { composed } from './composed.ts';

/** A Cairn on servers, which a script has set up and tells the tests of. */
export interface Installed {
  /** Those whose containers are looked into. */
  services: readonly string[];
  address: string;
  token: string;
  /** Starts its gateways, with what they need, and waits until one answers. */
  start: () => Promise<void>;
  /** Stops them. */
  stop: () => Promise<void>;
  /** Kills its gateways. */
  crash: () => Promise<void>;
  /** Keeps models from answering until what comes back is called. */
  hold: () => Promise<() => Promise<void>>;
  /** Runs a command in the container of a service; answers what it wrote. */
  inside: (service: string, ...words: string[]) => Promise<string>;
  /** What the containers of a service have said since they started. */
  logs: (service: string) => Promise<string>;
  /** Kills every service at once, and waits until all are back. */
  killAll: () => Promise<void>;
}

/** That installation; undefined where the tests start Cairn on this machine themselves. */
export function installed(): Installed | undefined {
  return composed() ?? clustered();
}
