import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Problem } from '@cairn/contracts';
import { tools } from '../db/template.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A gateway as a program of its own. */
export interface GatewayProgram {
  address: string;
  /** What it has written to standard error. */
  said(): string;
  /** Ends it: in order, or at once by SIGKILL. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Starts a gateway on any free port; rejects with the problem that it tells where it cannot start. */
export async function startProgram(home: string, settings: Record<string, string>): Promise<GatewayProgram> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { PATH, HOME, CAIRN_HOME: home, CAIRN_TOOLS: tools, CAIRN_PORT: '0', CAIRN_LOG: 'warn', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exited = once(child, 'exit');
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = JSON.parse(line) as { ready?: string; problem?: Problem };
      if (told.ready !== undefined) resolve(told.ready);
      // Told as it is: the tests compare its members.
      if (told.problem !== undefined) reject(Object.assign(new Error(told.problem.detail), told.problem));
    });
    void exited.then(([code]) => reject(new Error(`The gateway ended with ${String(code)}. ${said}`)));
  });
  return {
    address,
    said: () => said,
    end: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await exited;
    },
  };
}
