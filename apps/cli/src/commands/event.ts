import type { EventInfo, EventSelection } from '@cairn/contracts';
import type { AddCommand, Surroundings } from '../command.ts';
import { connect } from '../gateway.ts';
import { readCount } from '../options.ts';

interface Options {
  subject?: string;
  kind?: string;
  account?: string;
  from?: string;
  to?: string;
  limit: number;
  follow?: boolean;
}

/** `cairn event list`: the event log. */
export const addEvent: AddCommand = (program, act) => {
  program
    .command('event')
    .description('the event log; for administrators')
    .command('list')
    .description('what changed, the newest first')
    .option('--subject <text>', 'a part of what it is about')
    .option('--kind <kind>', 'a kind, or what stands before its dot: job')
    .option('--account <name>', 'who did it')
    .option('--from <time>', 'at this time or later, as 2026-11-27T08:00:00Z')
    .option('--to <time>', 'before this time')
    .option('--limit <number>', 'how many, at most 1000', readCount, 50)
    .option('--follow', 'tell what happens from now on, until Ctrl-C; with --json one event a line')
    .action(act((around, options: Options) => list(around, options)));
};

async function list({ config, output, signal }: Surroundings, { limit, follow, ...rest }: Options): Promise<void> {
  const client = await connect(config);
  const selection: EventSelection = rest;
  if (follow !== true) {
    const page = await client.events({ ...selection, limit });
    output.result(page, () => {
      if (page.events.length === 0) output.line('There is no such event.');
      for (const event of page.events) output.line(words(event));
    });
    return;
  }
  let last: number | undefined;
  while (!signal.aborted) {
    for await (const event of client.followEvents(selection, signal, last)) {
      // Some are told late, behind others.
      last = Math.max(last ?? 0, event.seq);
      if (output.json) process.stdout.write(`${JSON.stringify(event)}\n`);
      else output.line(words(event));
    }
  }
}

function words({ seq, at, account, kind, subject }: EventInfo): string {
  return `${String(seq).padStart(8)}  ${at.slice(0, 19)}Z  ${account.padEnd(16)} ${kind.padEnd(24)} ${subject}`;
}
