import { CairnError } from '@cairn/contracts';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobContext } from '../../jobs/process.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import type { CheckedPackage } from './check.ts';
import type { ImageEngine } from './image-engine.ts';

/**
 * Builds a package's container image and pushes it to the configured registry, which answers the digest that names it from
 * then on.
 */
export class ImageBuilder {
  readonly #engine: ImageEngine;
  readonly #registry: string;
  readonly #required: boolean;
  readonly #objects: ObjectStore;
  readonly #workFolder: string;

  constructor(options: {
    engine: ImageEngine;
    /** `HOST[:PORT][/PATH]` below which the images are pushed. */
    registry: string;
    /** Whether a package without its image is refused; else its environment is locked, and the log says why. */
    required: boolean;
    objects: ObjectStore;
    /** Folder of work folders, one a job. */
    workFolder: string;
  }) {
    this.#engine = options.engine;
    this.#registry = options.registry;
    this.#required = options.required;
    this.#objects = options.objects;
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
          `Look at the log of the job, mend ${this.#engine.title} or the Dockerfile, and register again; or let packages be ` +
          'registered without an image: CAIRN_IMAGE_REQUIRED=false, or no CAIRN_REGISTRY.',
        cause: error,
      });
    }
  }

  async #build({ model, digest, files }: CheckedPackage, context: JobContext): Promise<string> {
    const name = `${this.#registry}/${model}`;
    const folder = join(this.#workFolder, context.jobId, 'image');
    await rm(folder, { recursive: true, force: true });
    try {
      await this.#objects.materialise(files.own, folder);
      const labels = { 'org.cairn.package': digest };
      const tag = digest.slice('sha256:'.length);
      return `${name}@${await this.#engine.build({ folder, name, tag, labels }, context)}`;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
