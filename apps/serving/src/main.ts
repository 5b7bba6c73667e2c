import { CairnError } from '@cairn/contracts';
import { servingApp } from './app.ts';
import { readConfig, usage, type ServingConfig } from './config.ts';
import { loadNode } from './node.ts';

/**
 * Starts one model server. Standard output carries one line, `{"address": …}`, once it answers; an error ends it with one
 * line of problem details on standard error.
 */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const config = readConfig(args);
  const app = servingApp(await loadNode(config));
  const address = await app.listen({ host: config.host, port: config.port }).catch((cause: unknown) => {
    throw listenError(config, cause);
  });
  const stop = (): void => {
    void app.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (config.attached) {
    // The gateway is gone, and with it whoever waited for an answer.
    process.stdin.once('end', () => process.exit(0)).resume();
    process.stdin.once('error', () => process.exit(0));
  }
  process.stdout.write(`${JSON.stringify({ address })}\n`);
}

function listenError({ host, port }: ServingConfig, cause: unknown): CairnError {
  if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE')
    return new CairnError('internal', String(cause), { cause });
  const action = 'Choose another with --port, or 0 for any free one.';
  return new CairnError('port-in-use', `Something else listens on ${host}:${port}.`, {
    where: '--port',
    action,
    cause,
  });
}

main().catch((thrown: unknown) => {
  const error = thrown instanceof CairnError ? thrown : new CairnError('internal', String(thrown));
  process.stderr.write(`${JSON.stringify(error.problem())}\n`, () => process.exit(1));
});
