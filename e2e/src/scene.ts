import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './cairn.ts';

const run = promisify(execFile);

/** The generated scene as `make demo` draws it, drawn once and kept with the tools. */
export async function generatedScene(): Promise<string> {
  const folder = resolve(process.env['CAIRN_TOOLS'] ?? join(repository, '.tools'), 'cache', 'scene');
  try {
    await access(join(folder, 'dataset.json'));
  } catch {
    await run(process.execPath, ['--import', 'tsx', 'samples/scene.ts', '--out', folder], { cwd: repository });
  }
  return folder;
}
