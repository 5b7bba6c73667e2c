import { CairnError } from '@cairn/contracts';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobContext } from '../../jobs/process.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import { withDeadline } from '../../supervise/deadline.ts';
import type { Children } from '../../supervise/child.ts';
import type { CheckedPackage } from './check.ts';

const hour = 3_600_000;

/**
 * Builds a package's container image by the command `docker` and pushes it to the configured registry, which answers the
 * digest that names it from then on.
 */
export class ImageBuilder {
  readonly #registry: string;
  readonly #required: boolean;
  readonly #children: Children;
  readonly #objects: ObjectStore;
  readonly #environment: Record<string, string>;
  readonly #workFolder: string;

  constructor(options: {
    /** `HOST[:PORT][/PATH]` below which the images are pushed. */
    registry: string;
    /** Whether a package without its image is refused; else its environment is locked, and the log says why. */
    required: boolean;
    children: Children;
    objects: ObjectStore;
    /** How docker reaches its engine and its credentials; no other child sees it. */
    environment: Record<string, string>;
    /** Folder of work folders, one a job. */
    workFolder: string;
  }) {
    this.#registry = options.registry;
    this.#required = options.required;
    this.#children = options.children;
    this.#objects = options.objects;
    this.#environment = options.environment;
    this.#workFolder = options.workFolder;
  }

  /**
   * Builds and pushes; answers `REGISTRY/NAME@sha256:…`, or null where there is none and none is required.
   * @throws CairnError `image-failed`, the signal's reason.
   */
  async build(checked: CheckedPackage, context: JobContext): Promise<string | null> {
    try {
      return await this.#build(checked, context);
    } catch (error) {
      context.signal.throwIfAborted();
      const why = error instanceof CairnError ? error.message : String(error);
      if (!this.#required) {
        context.log(`image: none, the environment is locked instead: ${why}`);
        return null;
      }
      throw new CairnError('image-failed', why, {
        where: this.#registry,
        action:
          'Look at the log of the job, mend Docker or the Dockerfile, and register again; or let packages be registered ' +
          'without an image: CAIRN_IMAGE_REQUIRED=false, or no CAIRN_REGISTRY.',
        cause: error,
      });
    }
  }

  async #build({ model, digest, files }: CheckedPackage, context: JobContext): Promise<string> {
    const name = `${this.#registry}/${model}`;
    const tag = `${name}:${digest.slice('sha256:'.length)}`;
    const folder = join(this.#workFolder, context.jobId, 'image');
    await rm(folder, { recursive: true, force: true });
    try {
      await this.#objects.materialise(files.own, folder);
      const label = `org.cairn.package=${digest}`;
      await this.#docker(
        ['build', '--tag', tag, '--label', label, '--file', join(folder, 'Dockerfile'), folder],
        context,
      );
      await this.#docker(['push', tag], context);
      const lines = await this.#docker(['image', 'inspect', '--format', '{{json .RepoDigests}}', tag], context);
      return pushed(lines, name);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Runs docker; answers what it printed. */
  async #docker(args: readonly string[], context: JobContext): Promise<string[]> {
    const lines: string[] = [];
    await withDeadline(context.signal, 2 * hour, async (signal) => {
      const child = await this.#children.start({
        name: 'docker',
        command: 'docker',
        args,
        env: this.#environment,
        onLine: (line, stream) => {
          if (stream === 'stdout') lines.push(line);
          context.log(`docker: ${line}`);
        },
      });
      const stop = (): void => void child.stop();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      const { code } = await child.exited;
      signal.removeEventListener('abort', stop);
      await child.stop();
      signal.throwIfAborted();
      if (code === 0) return;
      const last = child.tail().trim().split('\n').slice(-3).join(' ');
      throw new Error(`docker ${args[0]} failed: ${last === '' ? 'it said nothing' : last}`);
    });
    return lines;
  }
}

/** The image by digest, of all names that it has. */
function pushed(lines: readonly string[], name: string): string {
  const names = JSON.parse(lines.at(-1) ?? '[]') as unknown;
  const own = Array.isArray(names)
    ? (names as unknown[]).find((one) => String(one).startsWith(`${name}@sha256:`))
    : undefined;
  if (typeof own === 'string') return own;
  throw new Error(`docker push told no digest of ${name}.`);
}
