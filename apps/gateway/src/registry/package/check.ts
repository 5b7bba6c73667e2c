import { CairnError, type Digest, type FileSet } from '@cairn/contracts';
import { validateItem } from '../../catalog/validate.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import { type NetworkOutput, networkOutput } from '../network-output.ts';
import { checkExtent } from './extent.ts';
import { PackageFiles } from './files.ts';
import { checkHyperparameters } from './hyperparameters.ts';
import { checkAssets, itemFile, ownSchemas, type PackageItem, readItem } from './item.ts';
import { type MlProject, readMlProject, requiredEntryPoints } from './mlproject.ts';
import { type PackageEnvironment, readPythonEnv } from './python-env.ts';
import { readShippedVersions, type ShippedVersion } from './shipped.ts';

/** One thing that was looked at, and what was found, for people. */
export interface CheckWords {
  name: string;
  words: string;
}

/** A package that holds together. */
export interface CheckedPackage {
  model: string;
  files: PackageFiles;
  /** Digest of the package's revision. */
  digest: Digest;
  project: MlProject;
  environment: PackageEnvironment;
  item: PackageItem;
  /** What its network answers. */
  output: NetworkOutput;
  /** Schemas that the package brings for extensions of its own. */
  schemas: Record<string, unknown>;
  versions: ShippedVersion[];
  checks: CheckWords[];
}

/**
 * Checks a package from its uploaded files: complete, of one mind with itself, each file's bytes the named ones, weights
 * those of the records of the runs that made them. Writes nothing.
 * @throws CairnError `package-file-missing`, `package-invalid`, `item-invalid`, `weights-digest-mismatch`,
 * `digest-mismatch`, `input-invalid`; `where` names the file and the place in it.
 */
export async function checkPackage(uploaded: FileSet, objects: ObjectStore): Promise<CheckedPackage> {
  const files = new PackageFiles(uploaded, objects);
  for (const path of ['MLproject', 'python_env.yaml', 'Dockerfile', itemFile]) files.digestOf(path);
  await files.verify();
  const project = readMlProject(await files.text('MLproject'));
  const environment = await readPythonEnv(files, project.pythonEnv);
  const item = await readItem(files);
  if (item.id !== project.name) throw namesDiffer(item.id, project.name);
  const schemas = await ownSchemas(item, files);
  validateItem(item, schemas);
  const output = networkOutput(item);
  // Before the item's own checksums: of weights it is worth more to say that they are not those of their run.
  const versions = await readShippedVersions(files);
  const assets = await checkAssets(item, files);
  const place = checkExtent(item, versions);
  const hyperparameters = await checkHyperparameters(item, project, files);
  const tests = testFiles(files);
  const digest = files.digest;
  const checks = [
    { name: 'files', words: `${files.all.length} files, ${tests} of them tests; the package's digest is ${digest}.` },
    { name: 'entry points', words: `MLproject offers ${requiredEntryPoints.join(', ')}.` },
    { name: 'environment', words: `Python ${environment.python}, every package pinned by ${environment.lock}.` },
    { name: 'item', words: `${itemFile} is valid STAC and MLM, and its ${assets} assets are the package's files.` },
    { name: 'output', words: `Its network answers ${output.task}: ${output.classes.join(', ')}.` },
    { name: 'place', words: place },
    { name: 'hyperparameters', words: `${hyperparameters.join(', ')}: the same in item, schema and MLproject.` },
    { name: 'licence', words: `The package is under ${item.properties.license}.` },
    ...versions.map((version) => ({ name: `version ${version.name}`, words: wordsOf(version, digest) })),
  ];
  return { model: item.id, files, digest, project, environment, item, output, schemas, versions, checks };
}

function wordsOf({ record, weights }: ShippedVersion, digest: Digest): string {
  const made =
    record.package_digest === digest
      ? 'by this very revision of the package'
      : `by another revision of the package (${record.package_digest})`;
  return (
    `Its weights (${weights.digest}) are those that the record of its run names; trained ${made} on ` +
    `${record.data.title} (${record.data.licence}). What the record tells of the run is imported, not witnessed.`
  );
}

function testFiles(files: PackageFiles): number {
  const tests = files.own.filter(({ path }) => /(^|\/)test_[^/]+\.py$|_test\.py$/.test(path)).length;
  if (tests > 0) return tests;
  throw new CairnError('package-file-missing', 'The package has no tests (no file test_*.py).', {
    where: 'tests/',
    action: 'Add tests that show what the model does; models/building-detector/tests has examples.',
  });
}

function namesDiffer(item: string, project: string): CairnError {
  return new CairnError('package-invalid', `${itemFile} names the model ${item}, MLproject ${project}.`, {
    where: `${itemFile}#/id`,
    action: 'Write the same name in both.',
  });
}
