import { CairnError, type ProcessInput } from '@cairn/contracts';
import { attended } from '../attended-job.ts';
import type { AddCommand } from '../command.ts';
import { addDvcOptions, addToldOptions, type DvcOptions, readDvcSource, readTold } from '../dvc-options.ts';
import { tellTrainingEstimate } from '../estimate.ts';
import { connect } from '../gateway.ts';
import { readSetting } from '../options.ts';

interface Options extends DvcOptions {
  model?: string;
  dataset?: string;
  estimate?: boolean;
  set: Record<string, number | string | boolean>;
}

/** `cairn train`: a new candidate version of a model. */
export const addTrain: AddCommand = (program, act) => {
  const train = program
    .command('train')
    .argument('[model]', 'model to train')
    .description('train a model on a dataset, or on data of a DVC repository; the result is a candidate version')
    .option('--model <id>', 'the model, where it is not named first')
    .option('--dataset <id>', 'dataset to train on');
  addToldOptions(addDvcOptions(train, 'a dataset'))
    .option('--set <name=value>', 'a setting of the model; may be given several times', readSetting, {})
    .option(
      '--estimate',
      'only tell how long it would take, by earlier trainings of the model here; nothing is started',
    )
    .action(
      act(async ({ config, output, signal }, model: string | undefined, options: Options) => {
        const inputs = readInputs(model ?? options.model, options);
        const client = await connect(config);
        if (options.estimate === true) {
          const { dataset } = inputs;
          const thought = {
            model: inputs.model,
            ...(dataset === undefined ? {} : { dataset }),
            hyperparameters: options.set,
          };
          const estimate = await client.estimateTraining(thought);
          output.result(estimate, () => tellTrainingEstimate(output, estimate, thought));
          return;
        }
        const result = await attended(client, 'train-model', inputs, 'Training', { output, signal });
        output.result(result, () => {
          output.line(`Trained ${result.version}, a candidate. Approve it with "cairn approve ${result.version}".`);
          for (const [name, value] of Object.entries(result.metrics))
            output.line(`  ${name.padEnd(22)} ${value.toFixed(4)}`);
          output.line(`  dataset ${result.dataset}`);
          output.line(`  weights ${result.weightsDigest}`);
          output.line(`  MLflow run ${result.runId}`);
        });
      }),
    );
};

/** What the options ask for. @throws CairnError `input-invalid` where the model is missing, or not one kind of data named. */
function readInputs(model: string | undefined, options: Options): ProcessInput<'train-model'> {
  const source = readDvcSource(options);
  const { dataset, set: hyperparameters } = options;
  if (model === undefined || (source === undefined) === (dataset === undefined)) {
    throw new CairnError(
      'input-invalid',
      'A training needs a model, and either a dataset or data of a DVC repository.',
      {
        action: 'cairn train MODEL --dataset ID, or cairn train MODEL --dvc URL --rev REVISION --path PATH',
      },
    );
  }
  const told = readTold(options);
  if (dataset === undefined) return { model, hyperparameters, ...(source && { dvc: { ...source, ...told } }) };
  if (Object.keys(told).length === 0) return { model, dataset, hyperparameters };
  throw new CairnError('input-invalid', `The dataset ${dataset} is described in the catalogue already.`, {
    action: 'Leave --id, --title, --licence and --attribution out.',
  });
}
