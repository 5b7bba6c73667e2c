import type { DeclaredUse } from '@cairn/contracts';
import { InvalidArgumentError } from 'commander';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { useOption } from './evidence.ts';

interface Options {
  to?: number;
  reason: string;
  own?: boolean;
  use?: DeclaredUse;
}

/** `cairn rollback`: the version in production goes, the one before it comes back. */
export const addRollback: AddCommand = (program, act) => {
  program
    .command('rollback <model>')
    .description('go back to the version that was in production before; the one there now is archived')
    .option('--to <number>', 'another version to go back to', readVersion)
    .requiredOption('--reason <words>', 'why, in your own words; the receipt quotes it')
    .option('--own', 'approve your own version, as the single owner; the receipt says so')
    .addOption(useOption())
    .action(
      act(async ({ config, output }, model: string, { to, reason, own, use }: Options) => {
        const client = await connect(config);
        const version = await client.rollBack(model, {
          ...(to === undefined ? {} : { to }),
          reason,
          approveOwn: own === true,
          ...(use === undefined ? {} : { use }),
        });
        output.result(version, () => output.line(`${version.id} answers for ${model} now.`));
      }),
    );
};

function readVersion(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new InvalidArgumentError('Give the number of a version.');
  return Number(text);
}
