import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnClient } from '@cairn/contracts';
import { start, type Running, type Surroundings } from './cairn.ts';
import { installed } from './installed.ts';
import { pidOf } from './victim.ts';

/** A Cairn that answers. */
export interface Opened {
  address: string;
  token: string;
  client: CairnClient;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<void>;
  /** Ends its gateway by SIGKILL. */
  crash(): Promise<void>;
  /** Keeps the models that answer from doing so, until what comes back is called. */
  hold(): Promise<() => Promise<void>>;
}

/** One that `cairn up` started. */
export interface Up extends Opened {
  running: Running;
  starter: ChildProcess;
}

/** Opens the installation that the tests are told of, or starts one on a state folder. */
export async function open(surroundings: Surroundings): Promise<Opened> {
  const there = installed();
  if (there === undefined) return up(surroundings);
  await there.start();
  return { ...there, client: new CairnClient(there) };
}

/** Starts Cairn on a state folder and waits until it is ready. */
export async function up(surroundings: Surroundings): Promise<Up> {
  const running = start(['up', '--port', '0'], surroundings);
  const scene = { home: surroundings.home, starter: running.child };
  const address = await new Promise<string>((done, fail) => {
    const look = (): void => {
      const found = /ready at (http:\S+)/.exec(running.stdout());
      if (found !== null) done(found[1]!);
    };
    running.child.stdout?.on('data', look);
    void running.ended.then(({ code, stderr }) =>
      fail(new Error(`cairn up ended with ${code ?? 'a signal'}: ${stderr}`)),
    );
  });
  const token = (await readFile(join(surroundings.home, 'token'), 'utf8')).trim();
  return {
    running,
    starter: running.child,
    address,
    token,
    client: new CairnClient({ address, token }),
    stop: async () => {
      running.child.kill('SIGINT');
      await running.ended;
    },
    crash: async () => {
      process.kill((await pidOf('gateway', scene))!, 'SIGKILL');
      await running.ended;
    },
    hold: async () => {
      const server = (await pidOf('serving', scene))!;
      process.kill(server, 'SIGSTOP');
      return () => {
        process.kill(server, 'SIGCONT');
        return Promise.resolve();
      };
    },
  };
}
