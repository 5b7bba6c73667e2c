import { memoryUsage } from 'node:process';
import type { ComponentHealth, PlatformStatus } from '@cairn/contracts';
import type { Database } from '../db/database.ts';
import type { Mlflow } from '../registry/mlflow/transport.ts';

/** The version of this Cairn, as receipts and `cairn status` name it. */
export const softwareVersion = '0.1.0';

/** Model servers that run now. */
export interface ModelServers {
  /** One entry a running model server: what it serves, and its resident memory in MiB where it is known. */
  status(): Promise<{ name: string; rssMiB?: number }[]>;
}

/** Tells how the platform's components are; asks each of them, starts none. */
export class Platform {
  readonly #database: Database;
  readonly #hasServer: boolean;
  readonly #mlflow: Pick<Mlflow, 'health'>;
  readonly #servers: ModelServers;

  /** @param options.hasServer whether the database is a server's; else it lies in the state folder. */
  constructor(options: {
    database: Database;
    hasServer: boolean;
    mlflow: Pick<Mlflow, 'health'>;
    servers: ModelServers;
  }) {
    this.#database = options.database;
    this.#hasServer = options.hasServer;
    this.#mlflow = options.mlflow;
    this.#servers = options.servers;
  }

  /** The components in a fixed order. A component that does not answer is `down`; this never throws for it. */
  async status(): Promise<PlatformStatus> {
    return {
      version: softwareVersion,
      profile: this.#hasServer ? 'cluster' : 'laptop',
      components: [gateway(), await this.#databaseHealth(), await this.#mlflowHealth(), await this.#serversHealth()],
    };
  }

  async #databaseHealth(): Promise<ComponentHealth> {
    const where = this.#hasServer ? '' : ' (PGlite, inside the gateway)';
    const part = { name: 'database', role: `catalogue and state: pgSTAC on PostgreSQL${where}` };
    try {
      const [row] = await this.#database.query<{ server_version: string }>('show server_version');
      return { ...part, state: 'up', version: row?.server_version ?? '' };
    } catch (error) {
      return { ...part, state: 'down', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  async #mlflowHealth(): Promise<ComponentHealth> {
    return { name: 'MLflow', role: 'runs and model registry', ...(await this.#mlflow.health()) };
  }

  async #serversHealth(): Promise<ComponentHealth> {
    const part = { name: 'model server', role: 'finds buildings in image blocks (Open Inference Protocol v2)' };
    let running: { name: string; rssMiB?: number }[];
    try {
      running = await this.#servers.status();
    } catch (error) {
      return { ...part, state: 'down', detail: error instanceof Error ? error.message : String(error) };
    }
    const known = running.flatMap(({ rssMiB }) => rssMiB ?? []);
    return {
      ...part,
      state: running.length === 0 ? 'asleep' : 'up',
      ...(running.length === 0
        ? {}
        : {
            detail: running.map(({ name }) => name).join(', '),
            ...(known.length === 0 ? {} : { rssMiB: known.reduce((sum, one) => sum + one, 0) }),
          }),
    };
  }
}

function gateway(): ComponentHealth {
  return {
    name: 'gateway',
    role: 'the one door',
    state: 'up',
    version: softwareVersion,
    rssMiB: memoryUsage().rss / 2 ** 20,
  };
}
