import type { Problem } from '@cairn/contracts';
import { readConfig } from './config.ts';
import { compose } from './compose.ts';
import { toCairnError } from './errors.ts';

/**
 * Starts the gateway and ends it: the only exit point. What a starter needs to know is told as JSON lines on standard
 * output (`{"progress": words}`, `{"ready": address}`, `{"problem": problem details}`); the log goes to the state folder.
 */
function tell(line: { progress: string } | { ready: string } | { problem: Problem }): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function fail(thrown: unknown): never {
  const error = toCairnError(thrown);
  tell({ problem: error.problem() });
  if (error.code === 'internal')
    process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
  process.exit(error.code === 'internal' ? 1 : 3);
}

// A starter that is gone closes the pipe; the line is lost, the work is not.
process.stdout.on('error', () => undefined);

try {
  const config = readConfig();
  const gateway = await compose(config, (words) => tell({ progress: words }));
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    gateway.stop().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  if (config.stopWithStdin) process.stdin.on('end', stop).on('error', stop).resume();
  tell({ ready: await gateway.listen() });
} catch (thrown) {
  fail(thrown);
}
