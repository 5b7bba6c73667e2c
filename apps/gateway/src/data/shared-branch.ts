import { CairnError } from '@cairn/contracts';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataHistory, Tip } from './history.ts';
import type { Versioning } from './versioning.ts';

/** Where commits are published. */
export type History = Pick<DataHistory, keyof DataHistory>;

/**
 * The branch of a gateway's repository of data, held to the history that all gateways share: what others publish is brought, and
 * what is committed counts when it is published.
 *
 * No gateway locks another out. Whoever finds that the history has gone on takes its commit back and makes it anew on top, so the
 * history is a line, and a gateway that is killed leaves nothing that others would wait for.
 */
export class SharedBranch {
  readonly #git: Versioning['git'];
  readonly #history: History;
  readonly #folder: string;

  constructor(options: { folder: string; versioning: Versioning; history: History }) {
    this.#git = (...args) => options.versioning.git(...args);
    this.#history = options.history;
    this.#folder = join(options.folder, '.git');
  }

  /** Its last commit; undefined where there is none, or no repository. */
  async head(): Promise<string | undefined> {
    if (!existsSync(this.#folder)) return undefined;
    try {
      return (await this.#git('rev-parse', '--quiet', '--verify', 'HEAD')).trim();
    } catch (error) {
      if (error instanceof CairnError && error.code === 'tools-missing') throw error;
      return undefined;
    }
  }

  /** Whether the history holds all that is committed here. */
  async isPublished(): Promise<boolean> {
    const head = await this.head();
    return head === undefined || (await this.#history.holds(head));
  }

  /** Commits what lies below a path; nothing where that is committed already. */
  async commit(path: string, message: string): Promise<void> {
    await this.#git('add', '--', path);
    if ((await this.#git('status', '--porcelain', '--', path)) === '') return;
    await this.#git('commit', '--quiet', '-m', message);
  }

  /**
   * Has a change committed on top of the history and publishes it, with what was committed before and did not get there.
   * @param change commits, or has nothing to commit; it is called again on top of another's commits where that was first.
   * @throws CairnError `data-versioning-failed`, `tools-missing`, `database-unavailable`, and what `change` throws; the signal's reason.
   */
  async publish(
    { signal, log }: { signal: AbortSignal; log: (line: string) => void },
    change: () => Promise<void>,
  ): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const tip = await this.#history.tip();
      const before = await this.#moveTo(tip);
      await change();
      if (await this.#append(tip)) return;
      log('another gateway has committed data meanwhile: committing on top of that');
      await (before === undefined
        ? this.#git('update-ref', '-d', 'HEAD')
        : this.#git('reset', '--quiet', '--hard', before));
    }
  }

  /** Brings what others have published. What was committed here and not published stays. Answers the last commit then. */
  async #moveTo(tip: Tip | undefined): Promise<string | undefined> {
    const head = await this.head();
    if (tip === undefined || head === tip.commit) return head;
    const known = head === undefined ? [] : await this.#commits('HEAD');
    if (known.includes(tip.commit)) return head;
    for (const bundle of await this.#history.since(known)) {
      await writeFile(this.#bundle, bundle);
      await this.#git('bundle', 'unbundle', this.#bundle);
    }
    if (head === undefined || (await this.#commits(tip.commit)).includes(head)) {
      await this.#git('reset', '--quiet', '--hard', tip.commit);
    } else {
      await this.#join(tip.commit);
    }
    return this.head();
  }

  /**
   * Joins what others have published with what was committed here by a gateway that was killed before it could publish, or before
   * histories were shared: a dataset's version may name it. Of a dataset that both pin, the published pointer stays.
   */
  async #join(published: string): Promise<void> {
    await this.#git('merge', '--quiet', '--no-commit', '--allow-unrelated-histories', '-s', 'ours', published);
    await this.#git('checkout', '--quiet', published, '--', '.');
    await this.#git('commit', '--quiet', '-m', 'Join what was committed apart');
  }

  /** Publishes what is committed on top of a tip, if anything is; false where another gateway was first. */
  async #append(tip: Tip | undefined): Promise<boolean> {
    const range = tip === undefined ? 'HEAD' : `${tip.commit}..HEAD`;
    const commits = (await this.#commits(range)).reverse();
    if (commits.length === 0) return true;
    await this.#git('bundle', 'create', '--quiet', this.#bundle, range);
    return this.#history.append(tip, { commits, bundle: await readFile(this.#bundle) });
  }

  /** The commits of a range, the newest first. */
  async #commits(range: string): Promise<string[]> {
    return (await this.#git('rev-list', '--topo-order', range)).split('\n').filter(Boolean);
  }

  /** Where a bundle lies on its way. */
  get #bundle(): string {
    return join(this.#folder, 'cairn.bundle');
  }
}
