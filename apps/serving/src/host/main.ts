import { CairnError } from '@cairn/contracts';
import { hostApp } from './app.ts';
import { readHostConfig, usage } from './config.ts';
import { ModelServers } from './model-servers.ts';
import { WeightsFolder } from './weights-folder.ts';

/** Starts a serving host. Standard output carries one line, `{"address": …}`; an error ends it with one line of problem details. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const { host, port, folder, token, environment } = readHostConfig(args);
  const weights = await WeightsFolder.open(folder);
  const servers = new ModelServers(weights, environment);
  const app = hostApp(servers, weights, token);
  const address = await app.listen({ host, port });
  const stop = (): void => {
    void servers
      .stopAll()
      .then(() => app.close())
      .finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(`${JSON.stringify({ address })}\n`);
}

main().catch((thrown: unknown) => {
  const error = thrown instanceof CairnError ? thrown : new CairnError('internal', String(thrown));
  process.stderr.write(`${JSON.stringify(error.problem())}\n`, () => process.exit(1));
});
