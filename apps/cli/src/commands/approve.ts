import { Argument, Option } from 'commander';
import type { Stage } from '@cairn/contracts';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { readVersionRef } from '../options.ts';

interface Options {
  to: Stage;
  reason: string;
  own?: boolean;
}

/** `cairn approve`: brings a version to another stage, with a reason. */
export const addApprove: AddCommand = (program, act) => {
  program
    .command('approve')
    .description('bring a version to another stage; only versions in production answer predictions')
    .addArgument(new Argument('<version>', 'MODEL/NUMBER').argParser(readVersionRef))
    .addOption(
      new Option('--to <stage>', 'the stage')
        .choices(['staging', 'production', 'archived', 'revoked'])
        .default('production'),
    )
    .requiredOption('--reason <words>', 'why, in your own words; the receipt quotes it')
    .option('--own', 'approve your own version, as the single owner; the receipt says so')
    .action(
      act(async ({ config, output }, { model, version }: { model: string; version: number }, options: Options) => {
        const changed = await (
          await connect(config)
        ).changeStage(model, version, {
          to: options.to,
          reason: options.reason,
          approveOwn: options.own === true,
        });
        output.result(changed, () => output.line(`${changed.id} is in stage ${changed.stage}.`));
      }),
    );
};
