import { join } from 'node:path';
import type { JobContext } from '../../jobs/process.ts';
import type { Children } from '../../supervise/child.ts';
import type { ImageEngine, ImageOrder } from './image-engine.ts';
import { ImageProgram } from './image-program.ts';

/** Docker by its command, which has an engine on this machine or elsewhere (`DOCKER_HOST`). */
export class DockerEngine implements ImageEngine {
  readonly title = 'Docker';
  readonly #docker: ImageProgram;

  constructor(options: { children: Children; environment: Record<string, string> }) {
    this.#docker = new ImageProgram({ command: 'docker', ...options });
  }

  async build({ folder, name, tag, labels }: ImageOrder, context: JobContext): Promise<string> {
    const tagged = `${name}:${tag}`;
    const labelled = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
    const args = ['build', '--tag', tagged, ...labelled, '--file', join(folder, 'Dockerfile'), folder];
    await this.#docker.run('build', args, context);
    await this.#docker.run('push', ['push', tagged], context);
    const asked = ['image', 'inspect', '--format', '{{json .RepoDigests}}', tagged];
    return pushed(await this.#docker.run('image', asked, context), name);
  }
}

/** The digest of the image under this name, of all names that it has. */
function pushed(lines: readonly string[], name: string): string {
  const names = JSON.parse(lines.at(-1) ?? '[]') as unknown;
  const own = Array.isArray(names)
    ? (names as unknown[]).map(String).find((one) => one.startsWith(`${name}@sha256:`))
    : undefined;
  if (own !== undefined) return own.slice(name.length + 1);
  throw new Error(`docker push told no digest of ${name}.`);
}
