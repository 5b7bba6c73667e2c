import { Argument, Option } from 'commander';
import type { DeclaredUse, Stage } from '@cairn/contracts';
import type { AddCommand } from '../command.ts';
import { tellEvidence } from '../evidence.ts';
import { connect, gatewayAddress } from '../gateway.ts';
import { readVersionRef } from '../options.ts';
import { useOption } from './evidence.ts';

interface Options {
  to: Stage;
  reason: string;
  own?: boolean;
  use?: DeclaredUse;
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
    .addOption(useOption())
    .action(
      act(async ({ config, output }, { model, version }: { model: string; version: number }, options: Options) => {
        const client = await connect(config);
        const seen = options.to === 'production' ? await client.evidence(model, version, options.use) : undefined;
        if (seen !== undefined) tellEvidence(output, seen, await gatewayAddress(config));
        const changed = await client.changeStage(model, version, {
          to: options.to,
          reason: options.reason,
          approveOwn: options.own === true,
          // What was shown is what is approved: the receipt names it by its digest.
          ...(seen === undefined ? {} : { use: seen.evidence.use, evidence: seen.evidence.digest }),
        });
        output.result(changed, () => output.line(`${changed.id} is in stage ${changed.stage}.`));
      }),
    );
};
