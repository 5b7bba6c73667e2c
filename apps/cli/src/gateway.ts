import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { CairnClient, CairnError, type Problem } from '@cairn/contracts';
import type { CliConfig } from './config.ts';

/** The gateway that a state folder names, or the one of `CAIRN_ADDRESS`. */
export async function connect(config: CliConfig): Promise<CairnClient> {
  const address = await gatewayAddress(config);
  const token = config.token ?? (await readFile(join(config.home, 'token'), 'utf8').catch(() => '')).trim();
  return new CairnClient({ address, ...(token === '' ? {} : { token }) });
}

/** The address of that gateway. @throws CairnError `gateway-unreachable` where none is named. */
export async function gatewayAddress(config: CliConfig): Promise<string> {
  return config.address ?? (await readAddress(config.home));
}

async function readAddress(home: string): Promise<string> {
  try {
    const { address } = JSON.parse(await readFile(join(home, 'run', 'gateway.json'), 'utf8')) as { address: string };
    return address;
  } catch (cause) {
    throw new CairnError('gateway-unreachable', `No Cairn is running on the state folder ${home}.`, {
      where: home,
      action: 'Start it with "cairn up", or name another folder in CAIRN_HOME.',
      cause,
    });
  }
}

/** A gateway that this command started. */
export interface StartedGateway {
  address: string;
  child: ChildProcess;
  /** Ends it in order and waits for it. */
  stop(): Promise<void>;
}

/**
 * Starts a gateway as a child and waits until it is ready.
 *
 * The gateway writes one JSON line for each thing it tells: `{"progress": words}`, `{"ready": address}` or
 * `{"problem": …}`.
 * @throws CairnError with the gateway's own code where it cannot start.
 */
export async function startGateway(
  config: CliConfig,
  onProgress: (words: string) => void,
  port?: number,
): Promise<StartedGateway> {
  const main = join(config.repository, 'apps/gateway/src/main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    cwd: config.repository,
    env: {
      ...config.environment,
      CAIRN_HOME: config.home,
      CAIRN_TOOLS: config.tools,
      CAIRN_STOP_WITH_STDIN: 'true',
      ...(port === undefined ? {} : { CAIRN_PORT: String(port) }),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C reaches this program alone, which then ends the gateway in order.
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = parseLine(line);
      if (told.progress !== undefined) onProgress(told.progress);
      if (told.ready !== undefined) resolve(told.ready);
      if (told.problem !== undefined) reject(CairnError.of(told.problem));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(
        new CairnError(
          'internal',
          `The gateway ended before it was ready (${signal ?? `exit code ${code ?? 'none'}`}).`,
          {
            action: 'Run "cairn doctor", then start again; what was acknowledged is kept.',
          },
        ),
      );
    });
  });
  return { address, child, stop };
}

interface Told {
  progress?: string;
  ready?: string;
  problem?: Problem;
}

function parseLine(line: string): Told {
  try {
    return JSON.parse(line) as Told;
  } catch {
    return {};
  }
}
