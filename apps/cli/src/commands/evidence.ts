import type { DeclaredUse } from '@cairn/contracts';
import { Argument, Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { tellEvidence } from '../evidence.ts';
import { connect, gatewayAddress } from '../gateway.ts';
import { readVersionRef } from '../options.ts';

/** The option that says what results are for. */
export function useOption(): Option {
  return new Option(
    '--use <use>',
    'what the results are for: relief work, open publication, or terms of your own (default: as the model says, else open)',
  ).choices(['relief', 'open', 'own']);
}

/** `cairn evidence`: what an approver has to look at. */
export const addEvidence: AddCommand = (program, act) => {
  program
    .command('evidence')
    .description('show what there is to see of a version before it is approved')
    .addArgument(new Argument('<version>', 'MODEL/NUMBER').argParser(readVersionRef))
    .addOption(useOption())
    .action(
      act(
        async (
          { config, output },
          { model, version }: { model: string; version: number },
          { use }: { use?: DeclaredUse },
        ) => {
          const shown = await (await connect(config)).evidence(model, version, use);
          const address = await gatewayAddress(config);
          output.result(shown, () => tellEvidence(output, shown, address));
        },
      ),
    );
};
