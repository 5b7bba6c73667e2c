import { CairnError, type ShadowComparison, type ShadowFigures, type ShadowStatus } from '@cairn/contracts';
import type { AddCommand } from '../command.ts';
import { tellShadowRecord } from '../evidence.ts';
import { connect } from '../gateway.ts';
import { readCount, readNumber } from '../options.ts';
import type { Output } from '../output.ts';
import { percent } from '../percent.ts';

interface Options {
  share?: number;
  reason?: string;
  end?: boolean;
  list?: boolean;
  limit: number;
}

/** `cairn shadow`: watches a version on what a model is asked, before it answers anybody. */
export const addShadow: AddCommand = (program, act) => {
  program
    .command('shadow <model>')
    .description(
      'let a version in staging or production, as MODEL/NUMBER, run predictions once more that the default or the canary ' +
        'answered, and compare; nobody is given what it finds. Of a MODEL, tell how its shadow does, or end it',
    )
    .option('--share <percent>', 'of the predictions, from 0.01 to 100', readNumber)
    .option('--reason <words>', 'why, in your own words')
    .option('--end', 'end it; what waits for it is cancelled')
    .option('--list', 'tell what the shadows of the model found, prediction by prediction, the newest first')
    .option('--limit <count>', 'how many to list', readCount, 20)
    .action(
      act(async ({ config, output }, ref: string, { share, reason, end, list, limit }: Options) => {
        const [model = '', number] = ref.split('/');
        const client = await connect(config);
        if (end === true) {
          await client.endShadow(model);
          output.result({ shadow: null, record: null }, () => output.line(`${model} has no shadow any more.`));
          return;
        }
        if (list === true) {
          const comparisons = await client.shadowComparisons(model, limit);
          output.result(comparisons, () => tellComparisons(output, model, comparisons));
          return;
        }
        if (number !== undefined) await client.setShadow(model, changeOf(number, share, reason));
        const status = await client.shadow(model);
        output.result(status, () => tellStatus(output, model, status));
      }),
    );
};

function changeOf(number: string, share: number | undefined, reason: string | undefined) {
  const version = /^[1-9][0-9]{0,8}$/.test(number) ? Number(number) : undefined;
  if (version !== undefined && share !== undefined && reason !== undefined) {
    return { version, share: share / 100, reason };
  }
  throw new CairnError('input-invalid', 'A shadow is a version with a share and a reason.', {
    where: version === undefined ? number : share === undefined ? '--share' : '--reason',
    action: 'For example: cairn shadow building-detector/3 --share 20 --reason "Trained on slates too".',
  });
}

function tellStatus(output: Output, model: string, { shadow, record }: ShadowStatus): void {
  if (shadow === null || record === null) {
    output.line(`${model} has no shadow.`);
    return;
  }
  output.line(`${shadow.version} runs ${percent(shadow.share)} of the predictions of ${model} once more.`);
  tellShadowRecord(output, record);
}

function tellComparisons(output: Output, model: string, comparisons: readonly ShadowComparison[]): void {
  if (comparisons.length === 0) output.line(`No version of ${model} was compared as a shadow yet.`);
  for (const { prediction, version, answered, figures, at } of comparisons) {
    output.line(`${at}  ${prediction}  ${version} beside ${answered}: ${counts(figures)}`);
  }
}

function counts({ matched, missing, added }: ShadowFigures): string {
  return `${matched} found by both, ${missing} missed, ${added} added`;
}
