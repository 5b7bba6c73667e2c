import { CairnError } from '@cairn/contracts';
import { Command, CommanderError } from 'commander';
import { addAccount } from './commands/account.ts';
import { addApprove } from './commands/approve.ts';
import { addDataset } from './commands/dataset.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addEvent } from './commands/event.ts';
import { addEvidence } from './commands/evidence.ts';
import { addExamples } from './commands/examples.ts';
import { addExport } from './commands/export.ts';
import { addFeedback } from './commands/feedback.ts';
import { addImagery } from './commands/imagery.ts';
import { addLogin } from './commands/login.ts';
import { addLogout } from './commands/logout.ts';
import { addJob } from './commands/job.ts';
import { addModel } from './commands/model.ts';
import { addPredict } from './commands/predict.ts';
import { addReceipt } from './commands/receipt.ts';
import { addReproduce } from './commands/reproduce.ts';
import { addRevoke } from './commands/revoke.ts';
import { addCanary } from './commands/canary.ts';
import { addRollback } from './commands/rollback.ts';
import { addShadow } from './commands/shadow.ts';
import { addStatus } from './commands/status.ts';
import { addToken } from './commands/token.ts';
import { addTrain } from './commands/train.ts';
import { addUp } from './commands/up.ts';
import { addUsage } from './commands/usage.ts';
import { addVerify } from './commands/verify.ts';
import type { Act } from './command.ts';
import { readConfig } from './config.ts';
import { Output } from './output.ts';

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());
// Whoever reads may have seen enough.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === 'EPIPE' ? 0 : 1);
});

const program = new Command('cairn')
  .description('Find buildings on aerial images, and show where every answer came from.')
  .version('0.1.0')
  .option('--json', 'answer as JSON on standard output')
  .showHelpAfterError('(cairn --help lists the commands)')
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 1 a fault in Cairn, 2 something wrong with the input, 3 something missing or in the way on this
machine, 4 refused by a rule (rights, stage, digest, a receipt that does not hold), 5 a file that holds and was revoked, 6 a
run that was made again and is not the same, 130 cancelled.`,
  );

const act: Act =
  (work) =>
  async (...args) => {
    const output = new Output(program.opts<{ json?: boolean }>().json === true);
    try {
      await work({ config: readConfig(), output, signal: stopping.signal }, ...args);
    } catch (error) {
      process.exitCode = stopping.signal.aborted ? 130 : output.error(error);
    }
  };

for (const add of [
  addDemo,
  addUp,
  addStatus,
  addDoctor,
  addModel,
  addDataset,
  addImagery,
  addTrain,
  addReproduce,
  addEvaluate,
  addExamples,
  addJob,
  addEvidence,
  addApprove,
  addCanary,
  addShadow,
  addRollback,
  addRevoke,
  addPredict,
  addExport,
  addVerify,
  addReceipt,
  addAccount,
  addLogin,
  addLogout,
  addToken,
  addFeedback,
  addUsage,
  addEvent,
]) {
  add(program, act);
}
for (const command of [program, ...program.commands, ...program.commands.flatMap((group) => group.commands)]) {
  command.exitOverride();
  if (command !== program)
    command.option('--json', 'answer as JSON on standard output', () => program.setOptionValue('json', true));
}

// Nothing is left that could bring an answer, and it is still waited for: Node's fetch does not tell of a connection that was
// closed before a word was said on it.
process.once('beforeExit', () => {
  const closed = new CairnError('gateway-unreachable', 'A connection was closed before anything was answered.', {
    action: 'See whether Cairn runs, and what stands between it and this machine; then try again.',
  });
  process.exit(new Output(program.opts<{ json?: boolean }>().json === true).error(closed));
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
// A pipe takes what was written as fast as its reader does: ending at once would cut it off.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))));
process.exit();
