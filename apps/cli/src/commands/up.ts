import type { AddCommand } from '../command.ts';
import { startGateway } from '../gateway.ts';
import { readPort } from '../options.ts';

/** `cairn up`: starts Cairn in the foreground until Ctrl-C. */
export const addUp: AddCommand = (program, act) => {
  program
    .command('up')
    .description('start Cairn on this machine and keep it running until Ctrl-C')
    .option('--port <number>', 'port on the loopback address (0: any free one)', readPort)
    .action(
      act(async ({ config, output, signal }, options: { port?: number }) => {
        const started = await startGateway(config, (words) => output.progress(words), options.port);
        output.result({ address: started.address, home: config.home }, () => {
          output.line(`Cairn is ready at ${started.address}`);
          output.line(`State folder: ${config.home}. Stop with Ctrl-C.`);
        });
        await started.stays(signal);
        await started.stop();
      }),
    );
};
