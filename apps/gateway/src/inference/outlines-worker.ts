import { serve } from '@cairn/threads';
import type { Block, BlockPlace } from '@cairn/geo';
import { Outlines, type OutlineProgress, type OutlineSpec } from './outlines.ts';

const open = new Map<string, Outlines>();

/** The outlines of every prediction that is being made, by its job. */
const service = {
  /** Begins a prediction and answers the blocks of its area. */
  begin(job: string, spec: OutlineSpec): Promise<Block[]> {
    const outlines = new Outlines(spec);
    open.set(job, outlines);
    return Promise.resolve(outlines.blocks());
  },

  /** The blocks of an area, of which no prediction is made. */
  blocks(spec: OutlineSpec): Promise<Block[]> {
    return Promise.resolve(new Outlines(spec).blocks());
  },

  /** See `Outlines.add`. */
  add(job: string, place: BlockPlace, shapes: string | null, samples: Uint8Array): Promise<OutlineProgress> {
    return Promise.resolve(of(job).add(place, shapes, samples));
  },

  /** See `Outlines.wanted`. */
  wanted(job: string): Promise<Block[]> {
    return Promise.resolve(of(job).wanted());
  },

  /** Forgets a prediction. */
  end(job: string): Promise<void> {
    open.delete(job);
    return Promise.resolve();
  },
};

/** The methods that the thread offers. */
export type OutlineService = typeof service;

function of(job: string): Outlines {
  const outlines = open.get(job);
  if (outlines === undefined) throw new Error(`No prediction of job ${job} has begun in this thread.`);
  return outlines;
}

serve<OutlineService>(service);
