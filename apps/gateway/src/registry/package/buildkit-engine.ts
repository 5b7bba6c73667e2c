import { readFile, rm } from 'node:fs/promises';
import type { JobContext } from '../../jobs/process.ts';
import type { Children } from '../../supervise/child.ts';
import type { ImageEngine, ImageOrder } from './image-engine.ts';
import { ImageProgram } from './image-program.ts';

/**
 * The time that files and history of an image bear, in seconds: the same content makes the same image. The first of 1980, as
 * ZIP files, of which Python's packages are, know none before.
 */
const epoch = 315_532_800;

/**
 * A daemon of BuildKit, by its command `buildctl`. It takes the files over the connection and pushes by itself, with the
 * credentials that buildctl finds as Docker does (`DOCKER_CONFIG`); where registries speak HTTP, and which mirrors
 * there are, the daemon's own configuration says.
 */
export class BuildkitEngine implements ImageEngine {
  readonly title = 'BuildKit';
  readonly #place: string[];
  readonly #buildctl: ImageProgram;

  constructor(options: {
    /** `tcp://HOST:PORT` or `unix:///PATH`. */
    address: string;
    /** Folder with `ca.pem`, `cert.pem` and `key.pem`; empty: none are needed. */
    certificates: string;
    children: Children;
    environment: Record<string, string>;
  }) {
    const { address, certificates, children, environment } = options;
    this.#place = ['--addr', address, ...(certificates === '' ? [] : ['--tlsdir', certificates])];
    this.#buildctl = new ImageProgram({ command: 'buildctl', children, environment });
  }

  async build({ folder, name, tag, labels }: ImageOrder, context: JobContext): Promise<string> {
    const told = `${folder}.metadata.json`;
    const output = `type=image,name=${name}:${tag},push=true,oci-mediatypes=true,rewrite-timestamp=true`;
    const options = {
      filename: 'Dockerfile',
      'build-arg:SOURCE_DATE_EPOCH': String(epoch),
      // What one package lays into a cache mount no other one finds there.
      'build-arg:BUILDKIT_CACHE_MOUNT_NS': name,
      ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`label:${key}`, value])),
    };
    const args = [
      ...[...this.#place, 'build', '--progress', 'plain', '--frontend', 'dockerfile.v0'],
      ...['--local', `context=${folder}`, '--local', `dockerfile=${folder}`],
      ...Object.entries(options).flatMap(([key, value]) => ['--opt', `${key}=${value}`]),
      ...['--output', output, '--metadata-file', told],
    ];
    try {
      await this.#buildctl.run('build', args, context);
      return digestIn(JSON.parse(await readFile(told, 'utf8')), name);
    } finally {
      await rm(told, { force: true });
    }
  }
}

function digestIn(metadata: unknown, name: string): string {
  const digest = (metadata as Record<string, unknown> | null)?.['containerimage.digest'];
  if (typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw new Error(`buildctl build told no digest of ${name}.`);
}
