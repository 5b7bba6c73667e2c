import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { askSecrets } from '../password.ts';

/** `cairn login`: a session for a person who is not the owner of the state folder, for this shell. */
export const addLogin: AddCommand = (program, act) => {
  program
    .command('login <account>')
    .description('sign in by password: eval "$(cairn login NAME)" lets this shell speak for NAME')
    .action(
      act(async ({ config, output }, account: string) => {
        const client = await connect({ ...config, token: '' });
        const [password = ''] = await askSecrets([`Password of ${account}`]);
        const token = await client.signIn(account, password);
        output.result({ account, token }, () => output.line(`export CAIRN_TOKEN=${token}`));
      }),
    );
};
