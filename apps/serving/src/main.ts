import { CairnError } from '@cairn/contracts';
import { servingApp } from './app.ts';
import { readConfig, usage, type ServingConfig } from './config.ts';
import type { GrpcServer } from './grpc/server.ts';
import { loadNode, type GraphNode } from './node.ts';

/**
 * Starts one model server. Standard output carries one line, `{"address": …}`, with `grpc` where that is spoken, once it answers; an error ends it with one
 * line of problem details on standard error.
 */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const config = readConfig(args);
  const node = await loadNode(config);
  const app = servingApp(node);
  const address = await app.listen({ host: config.host, port: config.port }).catch((cause: unknown) => {
    throw listenError(config, '--port', config.port, cause);
  });
  const grpc = await startGrpc(config, node);
  const stop = (): void => {
    void Promise.all([app.close(), grpc?.close()]).finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (config.attached) {
    // The gateway is gone, and with it whoever waited for an answer.
    process.stdin.once('end', () => process.exit(0)).resume();
    process.stdin.once('error', () => process.exit(0));
  }
  process.stdout.write(`${JSON.stringify({ address, grpc: grpc?.address })}\n`);
}

/** gRPC where it is asked for; its library is loaded only then. */
async function startGrpc(config: ServingConfig, node: GraphNode): Promise<GrpcServer | undefined> {
  const { host, grpcPort } = config;
  if (grpcPort === undefined) return undefined;
  const { listenGrpc } = await import('./grpc/server.ts');
  return listenGrpc(node, host, grpcPort).catch((cause: unknown) => {
    throw listenError(config, '--grpc-port', grpcPort, cause);
  });
}

function listenError({ host }: ServingConfig, option: string, port: number, cause: unknown): CairnError {
  // gRPC tells only in words which error it met.
  if (!String(cause).includes('EADDRINUSE')) return new CairnError('internal', String(cause), { cause });
  const action = `Choose another with ${option}, or 0 for any free one.`;
  return new CairnError('port-in-use', `Something else listens on ${host}:${port}.`, {
    where: option,
    action,
    cause,
  });
}

main().catch((thrown: unknown) => {
  const error = thrown instanceof CairnError ? thrown : new CairnError('internal', String(thrown));
  process.stderr.write(`${JSON.stringify(error.problem())}\n`, () => process.exit(1));
});
