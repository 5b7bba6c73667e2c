import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { FeedbackInfo } from '@cairn/contracts';
import { Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { readCount, readNumber } from '../options.ts';
import { save } from '../save.ts';

/** The most that is asked for at once. */
const most = 10_000;

const beforeOption = () => new Option('--before <id>', 'only what is older than this').argParser(readNumber);

/** `cairn feedback list|export`: what people said on the page, for administrators. */
export const addFeedback: AddCommand = (program, act) => {
  const feedback = program.command('feedback').description('read what people said of Cairn');
  feedback
    .command('list')
    .description('list the newest')
    .option('--limit <number>', 'how many at most', readCount, 20)
    .addOption(beforeOption())
    .action(
      act(async ({ config, output }, { limit, before }: { limit: number; before?: number }) => {
        const said = await (await connect(config)).feedback(limit, before);
        output.result(said, () => {
          for (const one of said) output.line(`  ${words(one)}`);
          if (said.length === 0) output.line('Nobody has said anything yet.');
        });
      }),
    );
  feedback
    .command('export')
    .description(`write what was said to a file, the newest first (${most} at most)`)
    .addOption(new Option('--format <format>', 'of the file').choices(['csv', 'json']).default('csv'))
    .addOption(beforeOption())
    .option('--out <file>', 'file to write to (default: feedback.csv or feedback.json)')
    .action(
      act(
        async (
          { config, output },
          { format, out, before }: { format: 'csv' | 'json'; out?: string; before?: number },
        ) => {
          const client = await connect(config);
          const file = out ?? `feedback.${format}`;
          const text =
            format === 'csv'
              ? await client.feedbackCsv(most, before)
              : `${JSON.stringify(await client.feedback(most, before), null, 2)}\n`;
          await save(file, Readable.from([text]));
          output.result({ file: resolve(file) }, () => output.line(file));
        },
      ),
    );
};

function words({ at, actor, rating, words: said, view }: FeedbackInfo): string {
  return `${at.slice(0, 16).replace('T', ' ')}  ${rating}/5  ${actor}  ${view}${said === '' ? '' : `\n      ${said}`}`;
}
