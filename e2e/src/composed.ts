import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { repository } from './cairn.ts';

const run = promisify(execFile);

/** The gateway of a Compose project, as tools/test-compose.sh tells of it. */
export interface Composed {
  address: string;
  token: string;
  /** Starts its container, with what that needs, and waits until it is healthy. */
  start: () => Promise<void>;
  /** Stops it. */
  stop: () => Promise<void>;
  /** Runs `docker compose` on the project; answers what it wrote. */
  compose: (...words: string[]) => Promise<string>;
}

/** That gateway; undefined where the tests run on this machine itself. */
export function composed(): Composed | undefined {
  const { CAIRN_TEST_COMPOSE: command, CAIRN_ADDRESS: address, CAIRN_TOKEN: token } = process.env;
  if (command === undefined || address === undefined || token === undefined) return undefined;
  const compose = async (...words: string[]): Promise<string> => {
    const [program = '', ...before] = command.split(' ');
    return (await run(program, [...before, ...words], { cwd: repository })).stdout;
  };
  return {
    address,
    token,
    compose,
    start: async () => {
      await compose('up', '--detach', '--no-build', '--wait', 'gateway');
    },
    stop: async () => {
      await compose('stop', 'gateway');
    },
  };
}
