import { type AccountInfo, type Role, roles } from '@cairn/contracts';
import { Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import type { Output } from '../output.ts';
import { askNewPassword, askSecrets } from '../password.ts';

const roleOption = () => new Option('--role <roles...>', 'what they may do').choices(roles).makeOptionMandatory();

/** `cairn account add|list|roles|disable|enable|password`: the people of an installation. */
export const addAccount: AddCommand = (program, act) => {
  const account = program.command('account').description('add people, so that a second one can approve');
  account
    .command('add <name>')
    .description('add an account; its password is asked for, or read from standard input')
    .addOption(roleOption())
    .option('--without-password', 'only tokens will speak for it: for programs')
    .action(
      act(async ({ config, output }, id: string, options: { role: Role[]; withoutPassword?: boolean }) => {
        const client = await connect(config);
        const password = options.withoutPassword === true ? {} : { password: await askNewPassword(id) };
        tell(output, await client.addAccount({ id, roles: options.role, ...password }));
      }),
    );
  account
    .command('list')
    .description('list the accounts')
    .action(
      act(async ({ config, output }) => {
        const accounts = await (await connect(config)).accounts();
        output.result(accounts, () => accounts.forEach((one) => output.line(`  ${words(one)}`)));
      }),
    );
  account
    .command('roles <name>')
    .description('set what an account may do')
    .addOption(roleOption())
    .action(
      act(async ({ config, output }, id: string, options: { role: Role[] }) => {
        tell(output, await (await connect(config)).changeAccount(id, { roles: options.role }));
      }),
    );
  for (const [name, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    account
      .command(`${name} <name>`)
      .description(disabled ? 'let an account do nothing any more' : 'let a disabled account in again')
      .action(
        act(async ({ config, output }, id: string) => {
          tell(output, await (await connect(config)).changeAccount(id, { disabled }));
        }),
      );
  }
  account
    .command('password <name>')
    .description('set a password and end the sessions of its account')
    .option('--own', 'change your own, without being an administrator: the one until now is asked for first')
    .action(
      act(async ({ config, output }, id: string, options: { own?: boolean }) => {
        const client = await connect(config);
        // Both in one question, for what is piped in is read at once.
        const [current, password] =
          options.own === true
            ? await askSecrets([`Password of ${id} until now`, 'New password'])
            : [undefined, await askNewPassword(id)];
        await client.setPassword(id, { password, ...(current === undefined ? {} : { current }) });
        output.result({ account: id }, () => output.line(`The password of ${id} is set; its sessions have ended.`));
      }),
    );
};

function tell(output: Output, account: AccountInfo): void {
  output.result(account, () => output.line(words(account)));
}

function words({ id, roles: held, hasPassword, disabled }: AccountInfo): string {
  const notes = [...(disabled ? ['disabled'] : []), ...(hasPassword ? [] : ['no password'])];
  return `${id.padEnd(20)} ${held.join(', ')}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}
