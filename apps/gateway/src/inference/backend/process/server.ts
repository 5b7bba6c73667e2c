import type { Problem } from '@cairn/contracts';
import type { Child, Children } from '../../../supervise/child.ts';
import type { Graph } from '../../graph.ts';
import { problemOf, unavailable } from '../problem.ts';

/** A model server that answers, as a child process. */
export interface Server {
  child: Child;
  /** As `http://127.0.0.1:40123`. */
  address: string;
}

/**
 * Starts a model server that executes a graph.
 * @throws CairnError with the problem that it ended with, `weights-digest-mismatch` for one; else `serving-unavailable`.
 */
export async function startServer(
  children: Children,
  graph: Graph,
  options: { program: string; weights: string; threads: number },
): Promise<Server> {
  const lines: { address?: string; problem?: Problem } = {};
  let tell: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (tell = resolve));
  try {
    const child = await children.start({
      name: `serving-${graph.model}-${graph.version}`,
      command: process.execPath,
      args: ['--enable-source-maps', options.program, ...argumentsOf(graph, options)],
      onLine: (line, stream) => {
        const json = parsed(line);
        if (stream === 'stdout' && typeof json['address'] === 'string') lines.address = json['address'];
        else if (typeof json['code'] === 'string') lines.problem = json as unknown as Problem;
        else return;
        tell();
      },
      ready: () => told,
    });
    if (lines.address !== undefined) return { child, address: lines.address };
    await child.stop();
  } catch (cause) {
    if (lines.problem === undefined) throw unavailable((cause as Error).message, cause);
  }
  throw problemOf(lines.problem);
}

/** All nodes in one process: what they say to each other needs not be sent. */
function argumentsOf(
  { model: name, version, nodes }: Graph,
  { weights, threads }: { weights: string; threads: number },
): string[] {
  const parameters = Object.assign({}, ...nodes.map((node) => node.parameters)) as Record<string, string | number>;
  const given = { role: 'graph', name, version, ...parameters, weights, threads };
  return ['--attached', ...Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)])];
}

function parsed(line: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
