import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { readSetting } from '../options.ts';

/** `cairn train`: a new candidate version of a model. */
export const addTrain: AddCommand = (program, act) => {
  program
    .command('train')
    .description('train a model on a dataset; the result is a candidate version')
    .requiredOption('--model <id>', 'model to train')
    .requiredOption('--dataset <id>', 'dataset to train on')
    .option('--set <name=value>', 'a setting of the model; may be given several times', readSetting, {})
    .action(
      act(
        async (
          { config, output, signal },
          options: { model: string; dataset: string; set: Record<string, number | string | boolean> },
        ) => {
          const client = await connect(config);
          const job = await client.execute('train-model', {
            model: options.model,
            dataset: options.dataset,
            hyperparameters: options.set,
          });
          signal.addEventListener('abort', () => void client.dismiss(job.jobID).catch(() => undefined), { once: true });
          const result = await client.wait('train-model', job.jobID, output.job('Training'), signal);
          output.result(result, () => {
            output.line(`Trained ${result.version}, a candidate. Approve it with "cairn approve ${result.version}".`);
            for (const [name, value] of Object.entries(result.metrics))
              output.line(`  ${name.padEnd(22)} ${value.toFixed(4)}`);
            output.line(`  weights ${result.weightsDigest}`);
            output.line(`  MLflow run ${result.runId}`);
          });
        },
      ),
    );
};
