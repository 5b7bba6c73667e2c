import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { repository } from './cairn.ts';
import type { Installed } from './installed.ts';

const run = promisify(execFile);

/** The gateway of a Compose project, as tools/test-compose.sh tells of it; undefined where it tells of none. */
export function composed(): Installed | undefined {
  const { CAIRN_TEST_COMPOSE: command, CAIRN_ADDRESS: address, CAIRN_TOKEN: token } = process.env;
  if (command === undefined || address === undefined || token === undefined) return undefined;
  const compose = async (...words: string[]): Promise<string> => {
    const [program = '', ...before] = command.split(' ');
    return (await run(program, [...before, ...words], { cwd: repository })).stdout;
  };
  return {
    services: ['postgres', 'minio', 'mlflow', 'serving', 'gateway'],
    address,
    token,
    start: async () => {
      await compose('up', '--detach', '--no-build', '--wait', 'gateway');
    },
    stop: async () => {
      await compose('stop', 'gateway');
    },
    crash: async () => {
      await compose('kill', 'gateway');
    },
    hold: async () => {
      await compose('pause', 'serving');
      return async () => {
        await compose('unpause', 'serving');
      };
    },
    inside: (service, ...words) => compose('exec', '-T', service, ...words),
    logs: (service) => compose('logs', '--no-color', service),
    killAll: async () => {
      await compose('kill');
      await compose('up', '--detach', '--no-build', '--wait');
    },
  };
}
