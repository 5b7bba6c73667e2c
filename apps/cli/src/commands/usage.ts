import { type UsageGroup, usageGroups } from '@cairn/contracts';
import { Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';

/** `cairn usage`: what jobs cost. */
export const addUsage: AddCommand = (program, act) => {
  program
    .command('usage')
    .description('what jobs cost, added up; for administrators')
    .addOption(new Option('--by <what>', 'added up by these').choices(usageGroups).default('months'))
    .action(
      act(async ({ config, output }, { by }: { by: UsageGroup }) => {
        const report = await (await connect(config)).usage(by);
        output.result(report, () => {
          if (report.rows.length === 0) output.line('No job has cost anything yet.');
          for (const { key, jobs, wallSeconds, cpuSeconds, money } of report.rows) {
            const told = money.map(({ amount, currency }) => `${amount.toFixed(2)} ${currency}`).join(' + ');
            const times = `${wallSeconds.toFixed(1).padStart(10)} s  ${cpuSeconds.toFixed(1).padStart(10)} s CPU`;
            output.line(
              `  ${(key === '' ? '(no model)' : key).padEnd(36)} ${String(jobs).padStart(6)} jobs ${times}  ${told}`,
            );
          }
        });
      }),
    );
};
