import type { RevocationAsked } from '@cairn/contracts';
import { Argument } from 'commander';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';

interface Options {
  reason: string;
  dryRun?: boolean;
}

/** `cairn revoke`: takes back what was found to be wrong, with everything that came of it. */
export const addRevoke: AddCommand = (program, act) => {
  program
    .command('revoke')
    .description('take back a version, a dataset or a package for good, and mark every prediction that came of it')
    .addArgument(new Argument('<kind>', 'what it is').choices(['version', 'dataset', 'package']))
    .argument('<id>', 'MODEL/NUMBER; a name, for all its contents until now; or the digest of one content')
    .requiredOption('--reason <words>', 'why, in your own words; the receipt quotes it')
    .option('--dry-run', 'only tell what would be revoked')
    .action(
      act(async ({ config, output }, kind: RevocationAsked['kind'], id: string, { reason, dryRun }: Options) => {
        const result = await (await connect(config)).revoke({ kind, id, reason, dryRun: dryRun === true });
        output.result(result, () => {
          const would = result.receipt === null ? 'Would revoke' : 'Revoked';
          output.line(`${would} the ${result.kind} ${result.name}`);
          for (const digest of result.digests) output.line(`  ${digest}`);
          output.line(`with ${result.versions.length} versions and ${result.predictions.length} predictions:`);
          for (const version of result.versions) output.line(`  version ${version}`);
          for (const prediction of result.predictions) output.line(`  prediction ${prediction}`);
          for (const { model, now, after } of result.answers) {
            if (now !== after)
              output.line(
                `  ${model} ${result.receipt === null ? 'would be' : 'is'} answered by ${after ?? 'no version'}`,
              );
          }
          if (result.receipt !== null) output.line(`Receipt ${result.receipt}`);
        });
      }),
    );
};
