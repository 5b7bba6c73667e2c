import type { CairnClient, RevisionInfo, VersionInfo } from '@cairn/contracts';
import { basename, resolve } from 'node:path';
import type { AddCommand, Surroundings } from '../command.ts';
import { uploadFiles } from '../folder.ts';
import { connect } from '../gateway.ts';
import type { Output } from '../output.ts';
import { readPackageSource } from '../package-source.ts';

/** `cairn model check|register|list|show`: packages. */
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
    .command('list [model]')
    .description('list the models, or the versions of one')
    .action(
      act(async ({ config, output }, id?: string) => {
        const client = await connect(config);
        if (id !== undefined) {
          const versions = await client.versions(id);
          output.result(versions, () => tellVersions(output, versions));
          return;
        }
        const models = await client.models();
        output.result(models, () => {
          for (const one of models) {
            const count = `${one.revisions.length} revisions, ${one.versions} versions`;
            output.line(`  ${one.id.padEnd(24)} ${count.padEnd(26)} ${one.title} (${one.licence})`);
          }
          if (models.length === 0) output.line('No models yet: register one with "cairn model register".');
        });
      }),
    );
  model
    .command('show <model>')
    .description('show a model: what pins its newest revision, the earlier ones, and its versions')
    .action(
      act(async ({ config, output }, id: string) => {
        const client = await connect(config);
        const [shown, versions] = await Promise.all([client.model(id), client.versions(id)]);
        output.result({ ...shown, versions }, () => {
          output.line(`${shown.id}: ${shown.title} (${shown.licence})`);
          for (const revision of shown.revisions) tellRevision(output, revision);
          tellVersions(output, versions);
        });
      }),
    );
};

function tellRevision(output: Output, revision: RevisionInfo): void {
  output.line(`  revision ${revision.number}, ${revision.files} files, registered ${revision.at}`);
  output.line(`    commit      ${revision.commit ?? 'none'}`);
  output.line(`    package     ${revision.packageDigest}`);
  output.line(`    archive     ${revision.archive ?? 'none'}`);
  output.line(`    environment ${revision.environmentDigest}`);
  output.line(`    image       ${revision.image ?? 'none: the environment is pinned by its lock'}`);
}

function tellVersions(output: Output, versions: readonly VersionInfo[]): void {
  for (const version of versions) {
    output.line(`  ${version.id.padEnd(24)} ${version.stage.padEnd(10)} ${version.title} (${version.known})`);
  }
  if (versions.length === 0) output.line('No versions yet: train one with "cairn train".');
}

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
