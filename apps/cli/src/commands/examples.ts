import { Argument } from 'commander';
import { attended } from '../attended-job.ts';
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
          const inputs = { version: `${model}/${version}`, dataset };
          const result = await attended(client, 'draw-examples', inputs, 'Drawing', { output, signal });
          const address = await gatewayAddress(config);
          output.result(result, () => {
            if (result.stored) output.line('Drawn before, by the same version on these very data.');
            tellExamples(output, result, address);
          });
        },
      ),
    );
};
