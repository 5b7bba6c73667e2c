import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../serving/src/host/main.ts', import.meta.url));

/** What a gateway and its serving host share. */
export const hostToken = 'of-a-test-'.repeat(4);

/** A real serving host as a child process. */
export interface ServingHost {
  address: string;
  child: ChildProcess;
  stop(): Promise<void>;
}

/** Starts one on a folder and waits until it answers. */
export async function startHost(folder: string, port = 0): Promise<ServingHost> {
  const args = ['--import', 'tsx', main, '--folder', folder, '--port', String(port)];
  const env = { ...process.env, CAIRN_SERVING_TOKEN: hostToken };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    child,
    ...(JSON.parse(line) as { address: string }),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
