import { join } from 'node:path';
import type { AddCommand } from '../command.ts';
import { gatewayAddress } from '../gateway.ts';
import { readSigned, readText } from '../read.ts';
import { askRevoked, tellRevoked } from '../revoked.ts';
import { tellVerdict, verifySigned } from '../verdict.ts';

interface Options {
  key?: string;
  all?: boolean;
  server?: string | true;
}

/** `cairn verify`: follows a file's trail with no server and no network; a server is asked of revocations only on request. */
export const addVerify: AddCommand = (program, act) => {
  program
    .command('verify <file>')
    .description('check a buildings.geojson, or an export of it, against its receipt, without a server or a network')
    .option('--key <file>', "the signer's public key (default: that of the state folder)")
    .option('--all', 'tell every check, not only what fails')
    .option(
      '--server [address]',
      'ask a Cairn whether what the file came from was revoked since (default: that of the state folder)',
    )
    .action(
      act(async ({ config, output }, file: string, options: Options) => {
        const signed = await readSigned(file);
        const keyFile = options.key ?? join(config.home, 'keys', 'cairn.pub');
        const key = await readText(
          keyFile,
          "Give the signer's public key with --key; the signer's Cairn offers it at /keys/cairn.pub.",
        );
        const verdict = verifySigned(signed, key);
        const tell = (): void => tellVerdict(output, verdict, options.all === true);
        if (!verdict.ok || options.server === undefined) {
          output.result({ ...verdict, revocations: null }, () => {
            tell();
            if (verdict.ok) output.line('Whether it was revoked since was not asked: --server asks.');
          });
          if (!verdict.ok) process.exitCode = 4;
          return;
        }
        // Told before the server is asked, which may not answer.
        tell();
        const address = options.server === true ? await gatewayAddress(config) : options.server.replace(/\/$/, '');
        const revocations = await askRevoked(address, signed, verdict, key);
        output.result({ ...verdict, revocations }, () => tellRevoked(output, address, revocations));
        if (revocations.length > 0) process.exitCode = 5;
      }),
    );
};
