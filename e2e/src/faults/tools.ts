import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { repository } from '../cairn.ts';

/**
 * The Python tools, but for `mlflow run`: MLflow takes seconds of computing to load for each step, so a program runs the
 * entry point in its place, unless it is asked to leave that to MLflow. MLflow's server and everything else are the real ones.
 */
export class Tools {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async lay(folder: string): Promise<Tools> {
    const real = resolve(process.env['CAIRN_TOOLS'] ?? join(repository, '.tools'));
    const bin = join(folder, 'python', 'bin');
    await mkdir(bin, { recursive: true });
    await symlink(join(real, 'uv'), join(folder, 'uv'));
    await symlink(join(real, 'python', 'lib'), join(folder, 'python', 'lib'));
    for (const name of await readdir(join(real, 'python', 'bin'))) {
      if (name !== 'mlflow') await symlink(join(real, 'python', 'bin', name), join(bin, name));
    }
    const tools = new Tools(folder);
    await writeFile(join(bin, 'mlflow'), program(join(real, 'python', 'bin', 'mlflow'), tools.#flag));
    await chmod(join(bin, 'mlflow'), 0o755);
    return tools;
  }

  /** Whether MLflow itself runs the steps that start from now on. */
  async leaveStepsToMlflow(leave: boolean): Promise<void> {
    if (leave) await writeFile(this.#flag, '');
    else await rm(this.#flag, { force: true });
  }

  get #flag(): string {
    return join(this.folder, 'leave-steps-to-mlflow');
  }
}

function program(mlflow: string, flag: string): string {
  return `#!/usr/bin/env python3
import os, sys
words = sys.argv[1:]
if words[0] != "run" or os.path.exists(${JSON.stringify(flag)}):
    os.execv(${JSON.stringify(mlflow)}, [${JSON.stringify(mlflow)}, *words])
os.environ["MLFLOW_RUN_ID"] = words[words.index("--run-id") + 1]
os.chdir(words[1])
values = [words[i + 1].split("=", 1)[1] for i, word in enumerate(words) if word == "-P"]
os.execvp("python3", ["python3", "steps.py", words[words.index("--entry-point") + 1], *values])
`;
}
