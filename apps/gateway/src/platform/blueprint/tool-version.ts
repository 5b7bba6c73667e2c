import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError } from '@cairn/contracts';

const found = new Map<string, string>();

/**
 * The version of an installed Python distribution, by the name of the folder that its installer left: asking the program
 * itself would take seconds.
 * @param tools folder of the Python tools; a distribution lies in its environment `python`, uv in a folder of its own
 * @throws CairnError `tools-missing`
 */
export async function toolVersion(tools: string, name: 'mlflow' | 'dvc' | 'uv'): Promise<string> {
  const key = `${tools} ${name}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const pattern = new RegExp(`^${name}-([0-9][^-]*)\\.dist-info$`);
  for (const folder of await packageFolders(tools, name)) {
    for (const entry of await readdir(folder).catch(() => [])) {
      const version = pattern.exec(entry)?.[1];
      if (version === undefined) continue;
      found.set(key, version);
      return version;
    }
  }
  throw new CairnError('tools-missing', `${name} was not found in ${tools}.`, {
    action: 'Run tools/setup.sh, which installs the Python tools.',
  });
}

async function packageFolders(tools: string, name: string): Promise<string[]> {
  if (name === 'uv') return [join(tools, 'uv', 'package')];
  const libraries = join(tools, 'python', 'lib');
  const pythons = await readdir(libraries).catch(() => []);
  return pythons.map((python) => join(libraries, python, 'site-packages'));
}
