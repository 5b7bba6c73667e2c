import { CairnError, type Digest } from '@cairn/contracts';
import { Type } from 'typebox';
import Value from 'typebox/value';
import type { PackageFiles } from './files.ts';
import { readYaml } from './mlproject.ts';

const PythonEnv = Type.Object({
  python: Type.String({ pattern: '^3\\.[0-9]+(\\.[0-9]+)?$' }),
  dependencies: Type.Array(Type.String(), { minItems: 1 }),
});

/** The environment of a package: the file that pins it, and its digest, which names the environment in receipts. */
export interface PackageEnvironment {
  python: string;
  lock: string;
  digest: Digest;
}

/**
 * Reads the package's Python environment. Every requirement has to be of one exact version: what is not pinned is another
 * environment tomorrow.
 * @throws CairnError `package-file-missing`, `package-invalid`.
 */
export async function readPythonEnv(files: PackageFiles, path: string): Promise<PackageEnvironment> {
  const value = readYaml(await files.text(path), path);
  if (!Value.Check(PythonEnv, value)) {
    const [first] = Value.Errors(PythonEnv, value);
    throw refused(path, `${first?.instancePath ?? ''} ${first?.message ?? 'does not fit'}`);
  }
  const referred: string[] = [];
  for (const dependency of value.dependencies) {
    const file = /^(?:-r|--requirement)[ =](.+)$/.exec(dependency.trim())?.[1]?.trim();
    if (file === undefined) checkPinned([dependency], path);
    else {
      checkPinned(requirements(await files.text(file)), file);
      referred.push(file);
    }
  }
  // One lock file that says it all is the environment's name; else the file that lists the parts.
  const lock = value.dependencies.length === 1 && referred.length === 1 ? referred[0]! : path;
  return { python: value.python, lock, digest: files.digestOf(lock) };
}

/** The requirements of a requirements file, without comments, options and hashes. */
function requirements(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('-'));
}

function checkPinned(list: readonly string[], file: string): void {
  for (const requirement of list) {
    if (/^[A-Za-z0-9._-]+(\[[^\]]*\])?\s*===?\s*[^\s*;,]+(\s|;|$)/.test(requirement)) continue;
    throw refused(file, `pins no exact version: ${requirement.slice(0, 80)}`);
  }
}

function refused(file: string, problem: string): CairnError {
  return new CairnError('package-invalid', `${file} ${problem}.`, {
    where: file,
    action: 'Give the Python version and every requirement as NAME==VERSION, or refer to a lock file by "-r FILE".',
  });
}
