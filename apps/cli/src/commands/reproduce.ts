import type { ProcessInput, ProcessResult } from '@cairn/contracts';
import { attended } from '../attended-job.ts';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { readSetting } from '../options.ts';
import type { Output } from '../output.ts';

/** Exit code where the weights are not the same again. */
const notReproduced = 6;

interface Options {
  dataset?: string;
  package?: string;
  set: Record<string, number | string | boolean>;
}

/** `cairn reproduce`: makes a run again from its receipt and compares the weights. */
export const addReproduce: AddCommand = (program, act) => {
  program
    .command('reproduce')
    .description('train a run again from its receipt, and compare the weights; exit code 6 where they differ')
    .argument('<run>', 'an MLflow run, MODEL/NUMBER, or the digest of a receipt')
    .option('--dataset <id>', 'take this dataset instead of the recorded data, to see what it changes')
    .option('--package <digest>', 'take this revision of the package instead of the recorded one')
    .option('--set <name=value>', 'change a recorded setting; may be given several times', readSetting, {})
    .action(
      act(async ({ config, output, signal }, run: string, options: Options) => {
        const client = await connect(config);
        const inputs = { run, ...insteadOf(options) };
        const result = await attended(client, 'reproduce-run', inputs, 'Reproducing', { output, signal });
        output.result(result, () => tell(output, result));
        if (!result.reproduced) process.exitCode = notReproduced;
      }),
    );
};

function insteadOf({ dataset, package: packageDigest, set }: Options): Pick<ProcessInput<'reproduce-run'>, 'instead'> {
  const instead = {
    ...(dataset === undefined ? {} : { dataset }),
    ...(packageDigest === undefined ? {} : { packageDigest }),
    ...(Object.keys(set).length === 0 ? {} : { hyperparameters: set }),
  };
  return Object.keys(instead).length === 0 ? {} : { instead };
}

function tell(output: Output, result: ProcessResult<'reproduce-run'>): void {
  const { differences, weights } = result;
  const of = result.version === null ? `Run ${result.run}` : `Run ${result.run} (${result.version})`;
  output.line(
    result.reproduced
      ? `${of} is reproduced: the same weights, bit by bit.`
      : `${of} is NOT reproduced: the weights differ.`,
  );
  if (result.known === 'imported') {
    output.line('  What is recorded of the run was imported with the package, not seen here.');
  }
  output.line(`  recorded ${weights.recorded}`);
  output.line(`  found    ${weights.found}, MLflow run ${result.reproduction}`);
  const [first, ...rest] = differences;
  if (first === undefined) {
    output.line(
      result.reproduced
        ? '  Nothing that is recorded differs.'
        : '  Nothing that is recorded differs: this package does not train the same way twice.',
    );
  } else {
    output.line(`  ${result.reproduced ? 'differs, without effect' : 'first difference'}: ${first.words}`);
    for (const { words } of rest) output.line(`  also: ${words}`);
  }
  const moved = result.metrics.filter(({ recorded, found }) => recorded !== found);
  for (const { name, recorded, found } of moved) {
    output.line(`  ${name.padEnd(26)} ${words(recorded)}, now ${words(found)}`);
  }
  if (moved.length === 0) output.line(`  ${result.metrics.length} figures, all the same`);
  output.line(`  receipt  ${result.receipt}`);
}

function words(value: number | null): string {
  return value === null ? 'none' : value.toFixed(4);
}
