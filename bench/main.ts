import '../apps/serving/src/no-telemetry.ts';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { area } from './src/area.ts';
import type { Comparison } from './src/comparison.ts';
import { estimate } from './src/estimate.ts';
import { infer } from './src/infer.ts';
import { parts } from './src/parts.ts';
import { polygonize } from './src/polygonize.ts';
import { Workshop } from './src/workshop.ts';

// Compares Cairn with what it replaces, each pair on the same work, one after the other on the same machine: make bench.
const comparisons: Record<string, (workshop: Workshop) => Promise<Comparison[]>> = {
  polygonize,
  infer,
  area,
  parts,
  estimate,
};

const usage = `bench [--threads N] [NAME …]

Prints one line of JSON a comparison: name, ours, peer, unit, ratio (above 1: Cairn is better; of estimates the
nearest to 1 is the best), about.
Names: ${Object.keys(comparisons).join(', ')}; all of them where none is given.
--threads: of inference, on both sides; one a core where it is not given.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: String(availableParallelism()) }, help: { type: 'boolean' } },
});
const unknown = positionals.filter((name) => !(name in comparisons));
if (values.help === true) {
  process.stdout.write(usage);
} else if (unknown.length > 0) {
  process.stderr.write(`There is no comparison ${unknown.join(', ')}.\n\n${usage}`);
  process.exitCode = 2;
} else {
  await compare(positionals.length === 0 ? Object.keys(comparisons) : positionals, Number(values.threads));
}

async function compare(names: readonly string[], threads: number): Promise<void> {
  process.stderr.write(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}\n`);
  const workshop = await Workshop.open(threads);
  try {
    for (const name of names) {
      process.stderr.write(`${name} ...\n`);
      for (const line of await comparisons[name]!(workshop)) process.stdout.write(`${JSON.stringify(line)}\n`);
    }
  } finally {
    await workshop.close();
  }
}
