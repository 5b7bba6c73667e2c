import { once } from 'node:events';
import type { CairnClient } from '@cairn/contracts';
import type { Output } from './output.ts';

/**
 * Writes the buildings that a job finds to standard output until it has ended, each once, one GeoJSON feature a line. Where
 * the job was interrupted and finds others the second time, those that hold no more have been written: the file tells.
 */
export async function streamFeatures(
  client: CairnClient,
  job: string,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const written = new Set<string>();
  for await (const event of client.followFeatures(job, '', signal)) {
    if (event.event === 'progress') output.progress(`Predicting: ${event.progress} % ${event.message}`);
    if (event.event !== 'features') continue;
    for (const feature of event.features) {
      if (written.has(feature.id)) continue;
      written.add(feature.id);
      // A slow reader is waited for.
      if (!process.stdout.write(`${JSON.stringify(feature)}\n`)) await once(process.stdout, 'drain');
    }
  }
}
