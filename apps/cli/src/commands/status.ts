import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';

/** `cairn status`: what runs, and how it is. */
export const addStatus: AddCommand = (program, act) => {
  program
    .command('status')
    .description('show what runs, its version and its memory')
    .action(
      act(async ({ config, output }) => {
        const status = await (await connect(config)).status();
        output.result(status, () => {
          output.line(`Cairn ${status.version}, ${status.profile} profile`);
          for (const part of status.components) {
            const memory = part.rssMiB === undefined ? '' : `${Math.round(part.rssMiB)} MiB`;
            output.line(
              `  ${part.name.padEnd(14)} ${part.state.padEnd(9)} ${(part.version ?? '').padEnd(10)} ${memory.padStart(9)}  ${part.detail ?? part.role}`,
            );
          }
        });
      }),
    );
};
