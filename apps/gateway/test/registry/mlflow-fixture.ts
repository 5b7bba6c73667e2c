import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlflowClient } from '../../src/registry/mlflow/client.ts';
import { MlflowServer } from '../../src/registry/mlflow/server.ts';
import { Children } from '../../src/supervise/child.ts';
import { tools } from '../db/template.ts';
import { quietLogger } from './quiet.ts';

/** A real MLflow in a folder of its own (whose name a database address could not hold), started when first asked. */
export interface TestMlflow {
  home: string;
  server: MlflowServer;
  client: MlflowClient;
  /** Process ids of what it runs now. */
  pids: () => Promise<number[]>;
  close: () => Promise<void>;
}

/** @param onUp told each time that it came up. */
export async function openMlflow(onUp: () => void = () => undefined): Promise<TestMlflow> {
  const home = await mkdtemp(join(tmpdir(), 'cairn mlflow #?'));
  const pids: number[] = [];
  const children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment: { PATH: process.env.PATH ?? '', HOME: home },
    logger: {
      ...quietLogger(),
      info: (entry: unknown) => {
        if (typeof entry === 'object' && entry !== null && 'pid' in entry) pids.push(Number(entry.pid));
      },
    },
  });
  const server = new MlflowServer({ children, tools, folder: join(home, 'mlflow'), onUp });
  return {
    home,
    server,
    client: new MlflowClient({ server }),
    pids: () => Promise.resolve([...new Set(pids)]),
    close: async () => {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
