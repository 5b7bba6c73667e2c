import type { CairnClient } from '@cairn/contracts';
import { basename, resolve } from 'node:path';
import type { AddCommand, Surroundings } from '../command.ts';
import { uploadFiles } from '../folder.ts';
import { connect } from '../gateway.ts';
import { readPackageSource } from '../package-source.ts';

/** `cairn model check|register|list`: packages. */
export const addModel: AddCommand = (program, act) => {
  const model = program.command('model').description('check, register and list models');
  model
    .command('check <dir>')
    .description('check a package without registering it')
    .action(
      act(async (around, dir: string) => {
        const client = await connect(around.config);
        const { result, without } = await sendPackage(around, client, dir, true, true);
        around.output.result(result, () => {
          for (const check of result.checks) around.output.line(`  ok  ${check.words}`);
          if (without !== undefined) around.output.line(`  note: no commit can be named, since ${without}.`);
          around.output.line(`The package ${basename(resolve(dir))} can be registered.`);
        });
      }),
    );
  model
    .command('register <dir>')
    .description('register a package as a model, with the versions that it ships')
    .option('--allow-dirty', 'register a folder that differs from its commit; the receipt then names no commit')
    .action(
      act(async (around, dir: string, options: { allowDirty?: boolean }) => {
        const client = await connect(around.config);
        const { result } = await sendPackage(around, client, dir, false, options.allowDirty === true);
        around.output.result(result, () => {
          around.output.line(
            result.changed ? `Registered ${result.model}.` : `${result.model} is registered already; nothing changed.`,
          );
          around.output.line(`  commit   ${result.commit ?? 'none'}`);
          around.output.line(`  package  ${result.packageDigest}`);
          around.output.line(`  versions ${result.versions.join(', ') || 'none'}`);
        });
      }),
    );
  model
    .command('list <model>')
    .description('list the versions of a model')
    .action(
      act(async ({ config, output }, id: string) => {
        const versions = await (await connect(config)).versions(id);
        output.result(versions, () => {
          for (const version of versions) {
            output.line(`  ${version.id.padEnd(24)} ${version.stage.padEnd(10)} ${version.title} (${version.known})`);
          }
          if (versions.length === 0) output.line('No versions yet: train one with "cairn train".');
        });
      }),
    );
};

/** Uploads a package folder and runs `register-model` on it. */
export async function sendPackage(
  { output, signal }: Surroundings,
  client: CairnClient,
  dir: string,
  checkOnly: boolean,
  allowDirty: boolean,
) {
  const folder = resolve(dir);
  const source = await readPackageSource(folder, allowDirty);
  const files = await uploadFiles(client, folder, source.paths, (words) => output.progress(words), source.modes);
  const result = await client.run(
    'register-model',
    { files, checkOnly, ...(source.proof === undefined ? {} : { source: source.proof }) },
    output.job(checkOnly ? 'Checking' : 'Registering'),
    signal,
  );
  return { result, without: source.without };
}
