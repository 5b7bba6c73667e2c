import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError } from '@cairn/contracts';
import type { AddCommand } from '../command.ts';
import { tellVerdict, verifyText } from '../verdict.ts';

/** `cairn verify`: follows a file's trail with no server and no network. */
export const addVerify: AddCommand = (program, act) => {
  program
    .command('verify <file>')
    .description('check a buildings.geojson against its receipt, without a server or a network')
    .option('--key <file>', "the signer's public key (default: that of the state folder)")
    .option('--all', 'tell every check, not only what fails')
    .action(
      act(async ({ config, output }, file: string, options: { key?: string; all?: boolean }) => {
        const text = await readText(file, 'Give the GeoJSON file that the prediction wrote.');
        const keyFile = options.key ?? join(config.home, 'keys', 'cairn.pub');
        const key = await readText(
          keyFile,
          "Give the signer's public key with --key; the signer's Cairn offers it at /keys/cairn.pub.",
        );
        const verdict = verifyText(text, key);
        output.result(verdict, () => tellVerdict(output, verdict, options.all === true));
        if (!verdict.ok) process.exitCode = 4;
      }),
    );
};

/**
 * Reads a text file.
 * @throws CairnError `not-found` with what to do
 */
export async function readText(file: string, action: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CairnError(
      'not-found',
      `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        where: file,
        action,
        cause,
      },
    );
  }
}
