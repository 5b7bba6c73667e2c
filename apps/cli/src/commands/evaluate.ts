import type { ProcessResult } from '@cairn/contracts';
import { Argument } from 'commander';
import { attended } from '../attended-job.ts';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { readVersionRef } from '../options.ts';
import type { Output } from '../output.ts';

/** `cairn evaluate`: measures a version on a dataset, beside the figures recorded for it. */
export const addEvaluate: AddCommand = (program, act) => {
  program
    .command('evaluate')
    .description('measure a version on the held-out part of a dataset, beside the figures recorded for it')
    .addArgument(new Argument('<version>', 'MODEL/NUMBER').argParser(readVersionRef))
    .requiredOption('--dataset <id>', 'dataset to measure on')
    .option('--again', 'measure again, though it was measured on these very data')
    .action(
      act(
        async (
          { config, output, signal },
          { model, version }: { model: string; version: number },
          { dataset, again = false }: { dataset: string; again?: boolean },
        ) => {
          const client = await connect(config);
          const inputs = { version: `${model}/${version}`, dataset, again };
          const result = await attended(client, 'evaluate-version', inputs, 'Evaluating', { output, signal });
          output.result(result, () => tell(output, result));
        },
      ),
    );
};

function tell(output: Output, result: ProcessResult<'evaluate-version'>): void {
  output.line(`${result.version} on ${result.dataset}: ${result.words}.`);
  if (result.stored) output.line('  Measured before on these very data; --again measures once more.');
  output.line(`  ${''.padEnd(26)} ${'here'.padStart(10)} ${'recorded'.padStart(10)}`);
  for (const { name, recorded, found } of result.metrics) {
    output.line(`  ${name.padEnd(26)} ${words(found)} ${words(recorded)}`);
  }
  output.line(`  data     ${result.datasetDigest}`);
  output.line(`  receipt  ${result.receipt}`);
  output.line(`  MLflow run ${result.runId}, with report and picture`);
}

function words(value: number | null): string {
  return (value === null ? 'none' : value.toFixed(4)).padStart(10);
}
