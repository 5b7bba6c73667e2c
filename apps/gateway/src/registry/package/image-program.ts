import type { JobContext } from '../../jobs/process.ts';
import { withDeadline } from '../../supervise/deadline.ts';
import type { Children } from '../../supervise/child.ts';

const hour = 3_600_000;

/** A program that builds images, as the gateway runs it. */
export class ImageProgram {
  readonly #command: string;
  readonly #children: Children;
  readonly #environment: Record<string, string>;

  /** @param options.environment how it reaches its engine and its credentials; no other child sees it. */
  constructor(options: { command: string; children: Children; environment: Record<string, string> }) {
    this.#command = options.command;
    this.#children = options.children;
    this.#environment = options.environment;
  }

  /**
   * Runs it, and ends it with the job; answers what it printed.
   * @param step what it is asked for, for people: `build`.
   * @throws CairnError `tools-missing`; Error with its last lines; the signal's reason; a TimeoutError after two hours.
   */
  async run(step: string, args: readonly string[], context: JobContext): Promise<string[]> {
    const lines: string[] = [];
    await withDeadline(context.signal, 2 * hour, async (signal) => {
      const child = await this.#children.start({
        name: this.#command,
        command: this.#command,
        args,
        env: this.#environment,
        onLine: (line, stream) => {
          if (stream === 'stdout') lines.push(line);
          context.log(`${this.#command}: ${line}`);
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
      throw new Error(`${this.#command} ${step} failed: ${last === '' ? 'it said nothing' : last}`);
    });
    return lines;
  }
}
