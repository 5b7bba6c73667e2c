import {
  type CairnClient,
  CairnError,
  type GitSource,
  type ProcessInput,
  type RevisionInfo,
  type VersionInfo,
} from '@cairn/contracts';
import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { AddCommand, Surroundings } from '../command.ts';
import { uploadFiles } from '../folder.ts';
import { connect } from '../gateway.ts';
import type { Output } from '../output.ts';
import { readPackageSource } from '../package-source.ts';

/** `cairn model check|register|list|show`: packages. */
export const addModel: AddCommand = (program, act) => {
  const model = program.command('model').description('check, register and list models');
  packageCommand(model, 'check', 'check a package without registering it').action(
    act(async (around, dir: string | undefined, options: PackageOptions) => {
      const client = await connect(around.config);
      const { result, without } = await sendPackage(around, client, placeOf(dir, options), {
        checkOnly: true,
        ...options,
      });
      around.output.result(result, () => {
        for (const check of result.checks) around.output.line(`  ok  ${check.words}`);
        if (without !== undefined) around.output.line(`  note: no commit can be named, since ${without}.`);
        around.output.line(`The package ${result.model} can be registered.`);
      });
    }),
  );
  packageCommand(model, 'register', 'register a package as a model, with the versions that it ships')
    .option('--allow-dirty', 'register a folder that differs from its commit; the receipt then names no commit')
    .action(
      act(async (around, dir: string | undefined, options: PackageOptions) => {
        const client = await connect(around.config);
        const { result } = await sendPackage(around, client, placeOf(dir, options), options);
        around.output.result(result, () => {
          around.output.line(
            result.changed ? `Registered ${result.model}.` : `${result.model} is registered already; nothing changed.`,
          );
          around.output.line(`  commit   ${result.commit ?? 'none'}`);
          around.output.line(`  package  ${result.packageDigest}`);
          around.output.line(`  image    ${result.image ?? 'none: the environment is pinned by its lock'}`);
          around.output.line(`  versions ${result.versions.join(', ') || 'none'}`);
          around.output.line(`  trial    ${trialWords(result)}`);
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
  output.line(`    trial       ${trialWords(revision)}`);
}

function trialWords({ tried }: { tried: boolean }): string {
  return tried
    ? 'its entry points ran here on tiny data'
    : 'none: its entry points were never tried here (register --try)';
}

function tellVersions(output: Output, versions: readonly VersionInfo[]): void {
  for (const version of versions) {
    const words = `${version.title} (${version.known}${badge(version)})`;
    output.line(`  ${version.id.padEnd(24)} ${version.stage.padEnd(10)} ${words}`);
  }
  if (versions.length === 0) output.line('No versions yet: train one with "cairn train".');
}

/** Whether the version's run was made again, and came out the same. */
function badge({ reproduced }: VersionInfo): string {
  if (reproduced === null) return '';
  return reproduced.same ? ', reproduced' : ', not reproduced';
}

/** Options by which a package is named. */
interface PackageOptions {
  git?: string;
  commit?: string;
  path?: string;
  allowDirty?: boolean;
  try?: boolean;
}

/** Where a package lies: in a folder here, or in a repository that the gateway fetches it from. */
export type PackagePlace = { dir: string; allowDirty: boolean } | { git: GitSource };

function packageCommand(model: Command, name: string, description: string): Command {
  return model
    .command(`${name} [dir]`)
    .description(`${description}: a folder here, or with --git a folder of a repository`)
    .option('--git <url>', 'https address of a repository that the gateway can read')
    .option('--commit <id>', 'with --git: the whole id of the commit')
    .option('--path <dir>', 'with --git: the folder of the package in the repository')
    .option(
      '--try',
      'run its entry points on tiny data, in its own environment (which may have to be fetched: gigabytes)',
    )
    .addHelpText(
      'after',
      `\nExample:\n  cairn model ${name} --git https://HOST/REPO.git --commit SHA --path models/mine`,
    );
}

function placeOf(dir: string | undefined, { git, commit, path, allowDirty }: PackageOptions): PackagePlace {
  if (dir !== undefined && git === undefined && commit === undefined && path === undefined) {
    return { dir, allowDirty: allowDirty === true };
  }
  if (dir === undefined && git !== undefined && commit !== undefined) {
    return { git: { url: git, commit, ...(path === undefined ? {} : { path: path.replace(/^(\.\/)+|\/+$/g, '') }) } };
  }
  throw new CairnError('input-invalid', 'A package is named by its folder, or by --git and --commit.', {
    action: 'Give a folder, or --git URL --commit SHA and, where the package is not the whole repository, --path DIR.',
  });
}

/** Brings a package to the gateway and runs `register-model` on it; `try` runs its entry points on tiny data. */
export async function sendPackage(
  { output, signal }: Surroundings,
  client: CairnClient,
  place: PackagePlace,
  { checkOnly = false, try: trial = false }: { checkOnly?: boolean; try?: boolean } = {},
) {
  const run = (inputs: ProcessInput<'register-model'>) =>
    client.run(
      'register-model',
      { ...inputs, checkOnly, trial },
      output.job(checkOnly ? 'Checking' : 'Registering'),
      signal,
    );
  if ('git' in place) return { result: await run({ git: place.git }), without: undefined };
  const folder = resolve(place.dir);
  const source = await readPackageSource(folder, checkOnly || place.allowDirty);
  const files = await uploadFiles(client, folder, source.paths, (words) => output.progress(words), source.modes);
  const result = await run({ files, ...(source.proof === undefined ? {} : { source: source.proof }) });
  return { result, without: source.without };
}
