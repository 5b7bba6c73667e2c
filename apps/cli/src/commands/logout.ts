import { CairnError } from '@cairn/contracts';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';

/** `cairn logout`: ends the session that `cairn login` began. */
export const addLogout: AddCommand = (program, act) => {
  program
    .command('logout')
    .description('end the session of this shell, here and in the gateway: eval "$(cairn logout)"')
    .action(
      act(async ({ config, output }) => {
        if (config.token === undefined) {
          throw new CairnError('input-invalid', 'Nobody is signed in in this shell: CAIRN_TOKEN is not set.', {
            where: 'CAIRN_TOKEN',
            action: 'Run it in the shell that ran "cairn login".',
          });
        }
        await (await connect(config)).signOut();
        output.result({ ended: true }, () => output.line('unset CAIRN_TOKEN'));
      }),
    );
};
