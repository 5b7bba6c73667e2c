import { CairnError } from '@cairn/contracts';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Children } from '../supervise/child.ts';

const run = promisify(execFile);

/** What git and dvc need to know of this machine. */
export interface VersioningParts {
  /** The working folder of the Git and DVC repository. */
  folder: string;
  /** Folder of the Python tools. */
  tools: string;
  /** What child processes inherit. */
  environment: Record<string, string>;
  /** What dvc alone inherits on top. */
  dvcEnvironment?: Record<string, string>;
  children: Children;
}

/**
 * git and dvc in one repository, apart from whatever the machine's owner has set up for their own: no global
 * configuration, a fixed author, no analytics, dvc's scratch files inside the state folder.
 */
export class Versioning {
  readonly #parts: VersioningParts;

  constructor(parts: VersioningParts) {
    this.#parts = parts;
  }

  /**
   * Runs git and answers what it printed.
   * @throws CairnError `data-versioning-failed`, `tools-missing`.
   */
  async git(...args: string[]): Promise<string> {
    try {
      const { stdout } = await run('git', args, {
        cwd: this.#parts.folder,
        env: { ...this.#parts.environment, ...this.#environment() },
        maxBuffer: 64 * 1024 * 1024,
      });
      return stdout;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
        const action = 'Install Git (Debian 12: apt-get install git) and try again.';
        throw new CairnError('tools-missing', 'Git was not found.', { action, cause });
      }
      throw failed(`git ${args[0]}`, (cause as { stderr?: string }).stderr ?? String(cause), this.#parts.folder);
    }
  }

  /**
   * Runs dvc; its lines go to the job's log. It ends with the signal.
   * @throws CairnError `data-versioning-failed`, `tools-missing`; the signal's reason.
   */
  async dvc(args: readonly string[], signal: AbortSignal, onLine: (line: string) => void): Promise<void> {
    const command = join(this.#parts.tools, 'python', 'bin', 'dvc');
    await this.#follow('dvc', command, args, signal, onLine, this.#parts.dvcEnvironment);
  }

  /**
   * Runs a git that may take long, as one that fetches; as `dvc`.
   * @throws CairnError `data-versioning-failed`; the signal's reason.
   */
  async followGit(args: readonly string[], signal: AbortSignal, onLine: (line: string) => void): Promise<void> {
    await this.#follow('git', 'git', args, signal, onLine);
  }

  async #follow(
    name: string,
    command: string,
    args: readonly string[],
    signal: AbortSignal,
    onLine: (line: string) => void,
    more: Record<string, string> = {},
  ): Promise<void> {
    signal.throwIfAborted();
    const child = await this.#parts.children.start({
      name,
      command,
      args,
      cwd: this.#parts.folder,
      env: { ...this.#environment(), ...more },
      onLine,
    });
    const stop = (): void => void child.stop();
    signal.addEventListener('abort', stop, { once: true });
    const { code } = await child.exited;
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (code !== 0) throw failed(name, child.tail(), this.#parts.folder);
  }

  /** Takes away the locks of a git or dvc that was killed. Called when neither runs. */
  async unlock(): Promise<void> {
    const tmp = join(this.#parts.folder, '.dvc', 'tmp');
    for (const lock of ['lock', 'rwlock', 'rwlock.lock']) await rm(join(tmp, lock), { force: true });
    for (const lock of ['index.lock', 'HEAD.lock', join('refs', 'heads', 'main.lock')]) {
      await rm(join(this.#parts.folder, '.git', lock), { force: true });
    }
  }

  #environment(): Record<string, string> {
    const who = { NAME: 'Cairn', EMAIL: 'cairn@localhost' };
    return {
      GIT_AUTHOR_NAME: who.NAME,
      GIT_AUTHOR_EMAIL: who.EMAIL,
      GIT_COMMITTER_NAME: who.NAME,
      GIT_COMMITTER_EMAIL: who.EMAIL,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CEILING_DIRECTORIES: join(this.#parts.folder, '..'),
      DVC_NO_ANALYTICS: '1',
      DVC_GLOBAL_CONFIG_DIR: join(this.#parts.folder, '.dvc', 'none'),
      DVC_SYSTEM_CONFIG_DIR: join(this.#parts.folder, '.dvc', 'none'),
      DVC_SITE_CACHE_DIR: join(this.#parts.folder, '.dvc', 'tmp', 'site'),
    };
  }
}

function failed(what: string, output: string, folder: string): CairnError {
  const last = output.trim().split('\n').slice(-3).join(' ');
  return new CairnError('data-versioning-failed', `${what} failed: ${last === '' ? 'it said nothing' : last}`, {
    where: folder,
    action: 'Look at the log of the job; look whether the disk is full, then try again.',
  });
}
