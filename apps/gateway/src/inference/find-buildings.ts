import { CairnError } from '@cairn/contracts';
import type { Block } from '@cairn/geo';
import type { ImageryThread } from '../imagery/reader-thread.ts';
import type { JobContext } from '../jobs/process.ts';
import type { GraphBackend, Tell } from './backend/backend.ts';
import { blockImage, hasData, sampledData, seenBy, windowsOf } from './block-image.ts';
import type { BuildingFile } from './building-file.ts';
import { type Call, callOf, Calls } from './calls.ts';
import type { OutlineThread } from './outlines-thread.ts';
import type { Pace } from './pace.ts';
import { type ImageTask, outlineSpec } from './task.ts';

/** What works on blocks. */
export interface BlockParts {
  backend: Pick<GraphBackend, 'infer' | 'hasRoom' | 'isReady'>;
  reader: ImageryThread;
  outlines: OutlineThread;
  /** Calls that are read for or with the graph at a time. */
  callsAtOnce: number;
}

/** What the graph answered for a block; no shapes where it has no data. */
interface Answer {
  samples: Uint8Array;
  shapes: string | null;
  /** Windows that the network was asked about. */
  windows: number;
}

/** What came of a task's blocks, beside the buildings. */
export interface Found {
  /** m² of the area that have imagery. */
  covered: number;
  pace: Omit<Pace, 'seconds'>;
}

/**
 * Finds the buildings of a task: runs the graph over the area's blocks, and on over those that buildings of the area reach
 * into. While the graph works on one call the next is read, and the one before becomes buildings. Answers are taken in the
 * order of the blocks, however fast each came and whatever came with it, so that buildings are found in one order each time.
 * @throws CairnError `imagery-corrupt`, `weights-digest-mismatch`, `model-output-invalid`, `model-timeout`,
 * `serving-unavailable`, `disk-full`
 */
export async function findBuildings(
  parts: BlockParts,
  task: ImageTask,
  buildings: BuildingFile,
  context: JobContext,
): Promise<Found> {
  const { outlines, backend } = parts;
  const spec = outlineSpec(task);
  const pace = { ready: backend.isReady(task.graph), windows: 0, steadyWindows: 0, steadySeconds: 0 };
  let first: number | undefined;
  let covered = 0;
  let done = 0;
  let blocks = await outlines.call('begin', context.jobId, spec);
  for (let total = blocks.length; blocks.length > 0; total += blocks.length) {
    context.progress(2 + (94 * done) / total, words(done, total, buildings.count));
    const tell: Tell = (awaited) => context.progress(2 + (94 * done) / total, awaited);
    const waiting = { signal: context.signal, tell };
    for await (const [block, { samples, shapes, windows }] of answers(parts, task, blocks, spec.step, waiting)) {
      const { col, row } = block;
      const found = await outlines.call('add', context.jobId, { col, row }, shapes, samples);
      await buildings.append(found.buildings);
      covered += found.covered;
      done += 1;
      pace.windows += windows;
      if (windows > 0 && first !== undefined) {
        pace.steadyWindows += windows;
        pace.steadySeconds = (performance.now() - first) / 1000;
      }
      if (windows > 0) first ??= performance.now();
      context.progress(2 + (94 * done) / total, words(done, total, buildings.count));
    }
    blocks = await outlines.call('wanted', context.jobId);
  }
  await buildings.finish();
  return { covered, pace };
}

/** The blocks in their order, each with its answer; some are on their way while one is waited for. */
async function* answers(
  parts: BlockParts,
  task: ImageTask,
  blocks: readonly Block[],
  step: number,
  { signal, tell }: { signal: AbortSignal; tell: Tell },
): AsyncGenerator<[Block, Answer]> {
  const over = new AbortController();
  const abort = (): void => over.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const calls = new Calls(blocks, task.grid.size);
  const waiting = new Map<Block, Promise<Answer>>();
  const asked = new Set<Block>();
  const isWanted = (block: Block): boolean => !asked.has(block);
  let underWay = 0;
  const ask = (call: Call): void => {
    underWay += 1;
    const answer = answersTo(parts, task, call, step, { signal: over.signal, tell }).finally(() => (underWay -= 1));
    for (const [i, block] of call.blocks.entries()) {
      const own = answer.then((list) => list[i]!);
      // It is waited for in its turn; until then its failure must not end the program.
      own.catch(() => undefined);
      waiting.set(block, own);
      asked.add(block);
    }
  };
  try {
    let next = 0;
    for (const block of blocks) {
      signal.throwIfAborted();
      for (; next < blocks.length && (isWanted(block) || underWay < parts.callsAtOnce); next++) {
        const one = blocks[next]!;
        if (!isWanted(one)) continue;
        // The first goes alone: somebody waits for the first buildings.
        ask(asked.size > 0 ? calls.callOf(one, isWanted, (call) => mayCarry(parts, task, call)) : callOf([one]));
      }
      yield [block, await waiting.get(block)!];
      waiting.delete(block);
    }
  } finally {
    // Whoever waits for the end of a job may take away what its blocks are made of.
    signal.removeEventListener('abort', abort);
    over.abort(new CairnError('cancelled', 'Another block has failed, or the job is to end.'));
    await Promise.allSettled(waiting.values());
  }
}

/**
 * Whether one call may carry so many blocks: a network that tells of each pixel has less to do with one large piece, and its
 * answer is the same.
 */
function mayCarry({ backend }: BlockParts, { graph }: ImageTask, { core }: Call): boolean {
  const { x0, y0, x1, y1 } = seenBy(core, graph);
  const { task } = graph.nodes[0].parameters;
  return task === 'semantic-segmentation' && backend.hasRoom(graph, (x1 - x0) * (y1 - y0));
}

/** What the graph answers for the blocks of a call. */
async function answersTo(
  { reader, backend }: BlockParts,
  { path, version, graph, parameters, grid }: ImageTask,
  { blocks, core }: Call,
  step: number,
  { signal, tell }: { signal: AbortSignal; tell: Tell },
): Promise<Answer[]> {
  const seen = seenBy(core, graph);
  const rgba = await reader.call('window', path, version.gsd, seen);
  const answers = blocks.map((block) => ({
    samples: sampledData(block.core, seen, rgba, step),
    windows: windowsOf(block.core, graph).filter((window) => hasData(window, seen, rgba)).length,
  }));
  if (answers.every(({ windows }) => windows === 0)) return answers.map((answer) => ({ ...answer, shapes: null }));
  const { threshold } = parameters;
  const asked = blocks.length === 1 ? { threshold } : { threshold, block: grid.size };
  const shapes = await backend.infer(graph, blockImage(core, seen, rgba, asked), signal, tell);
  if (shapes.length === blocks.length) return answers.map((answer, i) => ({ ...answer, shapes: shapes[i]! }));
  throw new CairnError('model-output-invalid', `The graph answered ${shapes.length} texts of shapes.`, {
    where: graph.model,
  });
}

function words(done: number, total: number, buildings: number): string {
  return `${done} of ${total} blocks, ${buildings} buildings so far`;
}
