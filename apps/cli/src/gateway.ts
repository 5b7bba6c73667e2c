import { spawn } from 'node:child_process';
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
  /**
   * Resolves when the signal aborts, or when the gateway has ended in order.
   * @throws CairnError `internal` where it ended by itself.
   */
  stays(signal: AbortSignal): Promise<void>;
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
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
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
    void exited.then((exit) => reject(endedByItself('before it was ready', exit)));
  });
  const stays = async (signal: AbortSignal): Promise<void> => {
    const aborted = new Promise<null>((resolve) => {
      // Also one that came while the gateway was still starting.
      if (signal.aborted) resolve(null);
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const exit = await Promise.race([aborted, exited]);
    if (exit !== null && exit.code !== 0) throw endedByItself('without being asked to', exit);
  };
  return { address, stays, stop };
}

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

function endedByItself(when: string, { code, signal }: Exit): CairnError {
  return new CairnError('internal', `The gateway ended ${when} (${signal ?? `exit code ${code ?? 'none'}`}).`, {
    action: 'Run "cairn doctor", then start again; what was acknowledged is kept.',
  });
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
