import { join } from 'node:path';
import { type Verification, verifyInference } from '@cairn/receipt';
import { answerIn, heldTensors, receiptOf, requestTensors } from '../answer.ts';
import type { AddCommand } from '../command.ts';
import { gatewayAddress } from '../gateway.ts';
import { giveSigned, readBytes, readSigned, readText } from '../read.ts';
import { askRevoked, tellRevoked } from '../revoked.ts';
import { tellVerdict, verifySigned } from '../verdict.ts';

interface Options {
  key?: string;
  all?: boolean;
  receipt?: string;
  request?: string;
  server?: string | true;
}

/** `cairn verify`: follows a file's trail with no server and no network; a server is asked of revocations only on request. */
export const addVerify: AddCommand = (program, act) => {
  program
    .command('verify <file>')
    .description(
      'check a buildings.geojson, an export of it, or an answer of /v2 against its receipt, without a server or a network',
    )
    .option('--key <file>', "the signer's public key (default: that of the state folder)")
    .option('--all', 'tell every check, not only what fails')
    .option('--receipt <file>', 'of an answer that does not carry its receipt: what "cairn receipt get" wrote')
    .option('--request <file>', 'of an answer: what was asked, to be checked too')
    .option(
      '--server [address]',
      'ask a Cairn whether what the file came from was revoked since (default: that of the state folder)',
    )
    .action(
      act(async ({ config, output }, file: string, options: Options) => {
        const verify = (await heldAnswer(file, options)) ?? (await heldPrediction(file));
        const keyFile = options.key ?? join(config.home, 'keys', 'cairn.pub');
        const key = await readText(
          keyFile,
          "Give the signer's public key with --key; the signer's Cairn offers it at /keys/cairn.pub.",
        );
        const verdict = verify(key);
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
        const revocations = await askRevoked(address, verdict, key);
        output.result({ ...verdict, revocations }, () => tellRevoked(output, address, revocations));
        if (revocations.length > 0) process.exitCode = 5;
      }),
    );
};

/** Verifies a file that was read, with the public key of its signer, PEM. */
type Held = (publicKeyPem: string) => Verification;

async function heldPrediction(file: string): Promise<Held> {
  const signed = await readSigned(file);
  return (key) => verifySigned(signed, key);
}

async function heldAnswer(file: string, options: Options): Promise<Held | null> {
  const answer = answerIn(await readBytes(file, giveSigned));
  if (answer === null) return null;
  const receipt = await receiptOf(answer, options.receipt);
  const asked = options.request;
  const inputs = asked === undefined ? {} : { inputs: requestTensors(await readBytes(asked, 'Give what was asked.')) };
  const outputs = heldTensors(answer.outputs);
  return (publicKeyPem) => verifyInference({ receipt, outputs, ...inputs }, { publicKeyPem });
}
