/**
 * Draws the generated scene: `npx tsx samples/scene.ts --out DIR`.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { writeScene } from './src/dataset.ts';
import { writeImagery } from './src/files.ts';
import { DEFAULT_SIZE, wholeArea } from './src/plan.ts';
import { Settlement } from './src/settlement.ts';

const HELP = `Draws a settlement that does not exist: imagery with exact building footprints (CC0-1.0).

  npx tsx samples/scene.ts --out DIR [--seed N] [--size PX] [--faults]
  npx tsx samples/scene.ts --imagery-only --out FILE [--seed N] [--size PX]

  --out DIR        folder to write: chips/, labels.geojson, aoi/, dataset.json
  --seed N         another number, another place (0 to 4294967295; default 1)
  --size PX        width and height in pixels of 0.3 m (default ${DEFAULT_SIZE}; for a folder a multiple of 512)
  --faults         labels as hurried mappers draw them: some missing, some offset, some blocks merged
  --imagery-only   one Cloud Optimized GeoTIFF of any size, without labels (33334 px are 100 km²)
  --help           this text
`;

interface Arguments {
  out: string;
  seed: number;
  size: number;
  faults: boolean;
  imageryOnly: boolean;
}

class UsageError extends Error {}

process.exitCode = await run(process.argv.slice(2));

/** Exit code 0 if the scene was written, 2 for a command line that cannot be followed, 1 for anything else. */
async function run(argv: readonly string[]): Promise<number> {
  try {
    const given = read(argv);
    if (given === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    await draw(given);
    process.stderr.write(`Wrote ${given.out}\n`);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n`);
    if (!(error instanceof UsageError || error instanceof RangeError)) return 1;
    process.stderr.write('See --help.\n');
    return 2;
  }
}

function read(argv: readonly string[]): Arguments | 'help' {
  const { values } = parse(argv);
  if (values.help) return 'help';
  if (values.out === undefined || values.out === '') throw new UsageError('--out is missing: name a folder to write.');
  if (values.faults && values['imagery-only'])
    throw new UsageError('--faults is about labels: leave out --imagery-only.');
  return {
    out: values.out,
    seed: wholeNumber('seed', values.seed, 0xffff_ffff),
    size: wholeNumber('size', values.size, 1_000_000),
    faults: values.faults,
    imageryOnly: values['imagery-only'],
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        out: { type: 'string' },
        seed: { type: 'string', default: '1' },
        size: { type: 'string', default: String(DEFAULT_SIZE) },
        faults: { type: 'boolean', default: false },
        'imagery-only': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string, largest: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > largest) {
    throw new UsageError(`--${name} is "${text}": give a whole number from 0 to ${largest}.`);
  }
  return value;
}

async function draw({ out, seed, size, faults, imageryOnly }: Arguments): Promise<void> {
  const report = reporter();
  if (!imageryOnly) return writeScene(out, { seed, size, faults, report });
  const area = wholeArea(size);
  await mkdir(dirname(out), { recursive: true });
  return writeImagery(out, new Settlement(seed), area, { overviews: true, missing: area, report });
}

/** Says how far it is, no more than once a second. */
function reporter(): (part: number) => void {
  let last = 0;
  return (part) => {
    const now = performance.now();
    if (part < 1 && now - last < 1000) return;
    last = now;
    process.stderr.write(`Drawing: ${Math.floor(part * 100)} %\n`);
  };
}
