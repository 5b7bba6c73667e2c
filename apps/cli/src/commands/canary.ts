import { CairnError } from '@cairn/contracts';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { readNumber } from '../options.ts';
import { percent } from '../percent.ts';

interface Options {
  share?: number;
  reason?: string;
  end?: boolean;
}

/** `cairn canary`: tries a version in production on a share of the requests that name no version. */
export const addCanary: AddCommand = (program, act) => {
  program
    .command('canary <model>')
    .description(
      'let a version in production, as MODEL/NUMBER, answer a share of the requests that name no version; of a MODEL, tell ' +
        'which one does, or end it',
    )
    .option('--share <percent>', 'from 0.01 to 99.99', readNumber)
    .option('--reason <words>', 'why, in your own words')
    .option('--end', 'let the default answer all of them again')
    .action(
      act(async ({ config, output }, ref: string, { share, reason, end }: Options) => {
        const [model = '', number] = ref.split('/');
        const client = await connect(config);
        if (end === true) {
          await client.endCanary(model);
          output.result({ canary: null }, () => output.line(`The default answers all requests to ${model}.`));
          return;
        }
        if (number !== undefined) await client.setCanary(model, changeOf(number, share, reason));
        const canary = await client.canary(model);
        output.result({ canary }, () => {
          if (canary === null) output.line(`${model} has no canary: the default answers all requests.`);
          else output.line(`${canary.version} answers ${percent(canary.share)} of the requests to ${model}.`);
        });
      }),
    );
};

function changeOf(number: string, share: number | undefined, reason: string | undefined) {
  const version = /^[1-9][0-9]{0,8}$/.test(number) ? Number(number) : undefined;
  if (version !== undefined && share !== undefined && reason !== undefined) {
    return { version, share: share / 100, reason };
  }
  throw new CairnError('input-invalid', 'A canary is a version with a share and a reason.', {
    where: version === undefined ? number : share === undefined ? '--share' : '--reason',
    action: 'For example: cairn canary building-detector/2 --share 10 --reason "Better on slates".',
  });
}
