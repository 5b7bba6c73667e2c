import { type Problem, readJsonLine } from '@cairn/contracts';
import type { Children } from '../../../supervise/child.ts';
import type { Graph } from '../../graph.ts';
import { problemOf, unavailable } from '../problem.ts';
import type { ServingProgram } from './program.ts';
import { type Server, type ServerPlace, settingsOf } from './server.ts';

/** Model servers as child processes of the gateway. */
export class LocalServers implements ServerPlace {
  /** @inheritdoc One that broke is replaced at once; the next one may be killed, too. */
  readonly pauses: readonly number[] = [0, 0, 0];
  readonly #children: Children;
  readonly #program: Pick<ServingProgram, 'file'>;
  readonly #threads: number;

  constructor(options: {
    children: Children;
    /** What a server runs. */
    program: Pick<ServingProgram, 'file'>;
    /** Threads of one inference; fixed, since results are reproducible for one number of them. */
    threads: number;
  }) {
    this.#children = options.children;
    this.#program = options.program;
    this.#threads = options.threads;
  }

  /** @inheritdoc */
  check(): Promise<void> {
    return Promise.resolve();
  }

  /** @inheritdoc */
  async start(graph: Graph, weights: string): Promise<Server> {
    const lines: { address?: string; problem?: Problem } = {};
    let tell: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (tell = resolve));
    const program = await this.#program.file();
    const given = { role: 'graph', ...settingsOf(graph), weights, threads: this.#threads };
    const args = Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]);
    try {
      const child = await this.#children.start({
        name: `serving-${graph.model}-${graph.version}`,
        command: process.execPath,
        args: ['--enable-source-maps', program, '--attached', ...args],
        onLine: (line, stream) => {
          const json = readJsonLine(line);
          if (stream === 'stdout' && typeof json['address'] === 'string') lines.address = json['address'];
          else if (typeof json['code'] === 'string') lines.problem = json as unknown as Problem;
          else return;
          tell();
        },
        ready: () => told,
      });
      const { address } = lines;
      if (address !== undefined) {
        return {
          address,
          headers: {},
          pid: child.pid,
          exited: child.exited,
          rssMiB: () => child.rssMiB(),
          freeBytes: () => process.availableMemory(),
          stop: () => child.stop(),
        };
      }
      await child.stop();
    } catch (cause) {
      if (lines.problem === undefined) throw unavailable((cause as Error).message, cause);
    }
    throw problemOf(lines.problem);
  }
}
