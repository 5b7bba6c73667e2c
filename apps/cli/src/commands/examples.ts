import { Argument } from 'commander';
import type { AddCommand } from '../command.ts';
import { tellExamples } from '../evidence.ts';
import { connect, gatewayAddress } from '../gateway.ts';
import { readVersionRef } from '../options.ts';

/** `cairn examples`: draws what a version finds, misses and invents on a few labelled chips of a dataset. */
export const addExamples: AddCommand = (program, act) => {
  program
    .command('examples')
    .description('draw what a version finds, misses and invents on a few labelled chips of a dataset')
    .addArgument(new Argument('<version>', 'MODEL/NUMBER').argParser(readVersionRef))
    .requiredOption(
      '--dataset <id>',
      'dataset whose chips are drawn; those that the version did not learn from, where that is known',
    )
    .action(
      act(
        async (
          { config, output, signal },
          { model, version }: { model: string; version: number },
          { dataset }: { dataset: string },
        ) => {
          const client = await connect(config);
          const job = await client.execute('draw-examples', { version: `${model}/${version}`, dataset });
          signal.addEventListener('abort', () => void client.dismiss(job.jobID).catch(() => undefined), { once: true });
          const result = await client.wait('draw-examples', job.jobID, output.job('Drawing'), signal);
          const address = await gatewayAddress(config);
          output.result(result, () => {
            if (result.stored) output.line('Drawn before, by the same version on these very data.');
            tellExamples(output, result, address);
          });
        },
      ),
    );
};
