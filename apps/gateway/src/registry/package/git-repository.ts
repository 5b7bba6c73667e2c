import { CairnError } from '@cairn/contracts';
import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withDeadline } from '../../supervise/deadline.ts';
import type { Child, Children } from '../../supervise/child.ts';

const run = promisify(execFile);
const minute = 60_000;
/** No settings of the machine, no prompts, no hooks, no submodules; nothing is checked out, so no filter can run either. */
const apart = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  GIT_LFS_SKIP_SMUDGE: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
};

/** A file of a commit's folder. */
export interface TreeFile {
  path: string;
  mode: string;
  kind: string;
  id: string;
  size: number;
}

/** A bare repository in a folder of its job, into which one commit is fetched and out of which its objects are read. */
export class GitRepository {
  readonly #folder: string;
  readonly #children: Children;
  readonly #environment: Record<string, string>;

  /** @param options.environment what child processes inherit. */
  constructor(options: { folder: string; children: Children; environment: Record<string, string> }) {
    this.#folder = options.folder;
    this.#children = options.children;
    this.#environment = { ...options.environment, ...apart };
  }

  /**
   * Fetches one commit, without its history.
   * @param settings of git, for this fetch.
   * @param limit bytes that may come over.
   * @throws CairnError `git-unreachable`, `not-found` for the commit, `too-large`, `tools-missing`; the signal's reason.
   */
  async fetch(
    url: URL,
    commit: string,
    options: { settings: readonly string[]; limit: number; signal: AbortSignal; onLine: (line: string) => void },
  ): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    // An empty template: no hooks.
    await this.text(['init', '--bare', '--quiet', '--template=', '.'], options.signal);
    const settings = [
      'protocol.allow=never',
      `protocol.${url.protocol.slice(0, -1)}.allow=always`,
      // A redirect would lead past the check of the host.
      'http.followRedirects=false',
      'http.lowSpeedLimit=1000',
      'http.lowSpeedTime=60',
      'core.hooksPath=/dev/null',
      'credential.helper=',
      'transfer.fsckObjects=true',
      'gc.auto=0',
      'maintenance.auto=false',
      ...options.settings,
    ].flatMap((setting) => ['-c', setting]);
    const what = ['--depth', '1', '--no-tags', '--no-recurse-submodules', '--progress', '--', url.href, commit];
    await withDeadline(options.signal, 30 * minute, async (signal) => {
      const child = await this.#children.start({
        name: 'git',
        command: 'git',
        args: [...settings, 'fetch', ...what],
        cwd: this.#folder,
        env: apart,
        onLine: options.onLine,
      });
      await this.#untilFetched(child, url, commit, options.limit, signal);
    }).catch((error: unknown) => {
      if (options.signal.aborted || (error as Error).name !== 'TimeoutError') throw error;
      throw unreachable(url, 'it took longer than 30 minutes', error);
    });
  }

  /** What git prints, as text without its last line break; undefined where it ends badly. */
  async find(args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    return this.text(args, signal).catch((error: unknown) => {
      if (error instanceof CairnError || signal.aborted) throw error;
      return undefined;
    });
  }

  /** What git prints, as text without its last line break. Throws Error where it ends badly. */
  async text(args: readonly string[], signal: AbortSignal): Promise<string> {
    return (await this.bytes(args, signal)).toString('utf8').replace(/\n$/, '');
  }

  /** What git prints. Throws Error where it ends badly; CairnError `tools-missing`. */
  async bytes(args: readonly string[], signal: AbortSignal): Promise<Buffer> {
    try {
      const options = { cwd: this.#folder, env: this.#environment, signal, timeout: 5 * minute };
      const { stdout } = await run('git', args, { ...options, encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 });
      return stdout;
    } catch (cause) {
      signal.throwIfAborted();
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      const action = 'Install Git (Debian 12: apt-get install git) and try again.';
      throw new CairnError('tools-missing', 'Git was not found.', { action, cause });
    }
  }

  /** The files below a folder of a commit, with their paths inside it. */
  async files(commit: string, path: string, signal: AbortSignal): Promise<TreeFile[]> {
    const listing = await this.text(['ls-tree', '-r', '-z', '-l', `${commit}:${path}`], signal);
    return listing
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => {
        const [, mode = '', kind = '', id = '', size = '', name = ''] =
          /^(\d+) (\S+) (\S+) +(\S+)\t([^]+)$/.exec(line) ?? [];
        return { path: name, mode, kind, id, size: size === '-' ? 0 : Number(size) };
      });
  }

  /** Streams the bytes of a file. Throws Error where git ends badly. */
  async *blob(id: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const git = spawn('git', ['cat-file', 'blob', id], {
      cwd: this.#folder,
      env: this.#environment,
      signal,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      git.once('error', reject).once('close', resolve);
    });
    // Seen below; until then nobody listens.
    ended.catch(() => undefined);
    yield* git.stdout as AsyncIterable<Uint8Array>;
    const code = await ended;
    if (code !== 0) throw new Error(`git cat-file blob ${id} ended with ${code}.`);
  }

  async #untilFetched(child: Child, url: URL, commit: string, limit: number, signal: AbortSignal): Promise<void> {
    const overrun = new AbortController();
    const stop = (): void => void child.stop();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const watch = setInterval(() => {
      void bytesBelow(this.#folder).then((bytes) => {
        if (bytes <= limit) return;
        overrun.abort();
        stop();
      });
    }, 250);
    const { code } = await child.exited;
    clearInterval(watch);
    signal.removeEventListener('abort', stop);
    await child.stop();
    signal.throwIfAborted();
    if (overrun.signal.aborted || (await bytesBelow(this.#folder)) > limit) {
      throw new CairnError('too-large', `The commit ${commit} has more than ${limit} bytes.`, {
        where: url.href,
        action: 'Register from a smaller repository, or raise CAIRN_MAX_UPLOAD_MIB.',
      });
    }
    if (code === 0) return;
    const said = /^fatal: (.*)$/m.exec(child.tail())?.[1] ?? child.tail().trim().split('\n').at(-1) ?? '';
    if (/not our ref|unadvertised object|couldn't find remote ref|not a valid object/i.test(child.tail())) {
      throw new CairnError('not-found', `${url.host} gives out no commit ${commit}: ${said}`, {
        where: '/inputs/git/commit',
        action: 'Push the commit, and give its whole id (40 digits).',
      });
    }
    throw unreachable(url, said, undefined);
  }
}

function unreachable(url: URL, why: string, cause: unknown): CairnError {
  return new CairnError('git-unreachable', `The repository cannot be fetched from ${url.host}: ${why}`, {
    where: url.href,
    action: 'Look whether the address is that of a repository that anybody may read, without a redirect on the way.',
    cause,
  });
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    // What git has renamed meanwhile is counted the next time.
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
