import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PredictiveUnit } from '../../src/inference/backend/seldon/deployment.ts';

const main = fileURLToPath(new URL('../../../serving/src/main.ts', import.meta.url));

/** A node of a graph that answers. */
export interface Node {
  name: string;
  address: string;
  child: ChildProcess;
}

/** Starts a node with nothing but what Seldon Core's operator tells its container, and what the manifest gives it. */
export async function startNode(unit: PredictiveUnit, environment: Record<string, string>): Promise<Node> {
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: {
      PATH: process.env['PATH'],
      ...environment,
      PREDICTIVE_UNIT_ID: unit.name,
      PREDICTIVE_UNIT_HTTP_SERVICE_PORT: String(await freePort()),
      PREDICTIVE_UNIT_PARAMETERS: JSON.stringify(unit.parameters),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { name: unit.name, child, address: (JSON.parse(line) as { address: string }).address };
}

/** One that nobody has; the operator numbers the ports of a pod from 9000. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
