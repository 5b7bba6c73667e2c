import { type Role, roles } from '@cairn/contracts';
import { InvalidArgumentError, Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { readNumber } from '../options.ts';

interface Options {
  days?: number;
  account?: string;
  role?: Role[];
}

/** `cairn token add|list|revoke`: API tokens, for programs and for people at another machine. */
export const addToken: AddCommand = (program, act) => {
  const token = program.command('token').description('tokens for programs: CAIRN_TOKEN speaks for its account');
  token
    .command('add <name>')
    .description('make a token, named after what it is for; it is shown this once')
    .option('--days <number>', 'how many days it is valid (default: 90)', readDays)
    .option('--account <name>', 'whose it is; for somebody else only an administrator asks (default: you)')
    .addOption(
      new Option('--role <roles...>', 'what it may do at most (default: whatever its account may)').choices(roles),
    )
    .action(
      act(async ({ config, output }, name: string, { role, ...options }: Options) => {
        const limits = role === undefined ? {} : { roles: role };
        const issued = await (await connect(config)).issueToken({ name, ...options, ...limits });
        output.result(issued, () => {
          output.line(issued.token);
          output.line(`Speaks for ${issued.account} until ${issued.expires}, as CAIRN_TOKEN. It is not shown again.`);
          output.line(`Revoke it with: cairn token revoke ${issued.id}`);
        });
      }),
    );
  token
    .command('list')
    .description('list the tokens that are valid')
    .action(
      act(async ({ config, output }) => {
        const tokens = await (await connect(config)).tokens();
        output.result(tokens, () => {
          for (const one of tokens) {
            const limits = one.roles === undefined ? '' : ` (${one.roles.join(', ')})`;
            output.line(
              `  ${one.id}  ${one.account.padEnd(16)} until ${one.expires.slice(0, 10)}  ${one.name}${limits}`,
            );
          }
          if (tokens.length === 0) output.line('No tokens.');
        });
      }),
    );
  token
    .command('revoke <id>')
    .description('end a token')
    .action(
      act(async ({ config, output }, id: string) => {
        await (await connect(config)).revokeToken(id);
        output.result({ id, revoked: true }, () => output.line(`The token ${id} is valid no more.`));
      }),
    );
};

function readDays(text: string): number {
  const days = readNumber(text);
  if (!Number.isInteger(days) || days < 1 || days > 366) throw new InvalidArgumentError('A number from 1 to 366.');
  return days;
}
