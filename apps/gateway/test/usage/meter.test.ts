import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Children } from '../../src/supervise/child.ts';
import { Meter, metered, meterProgram } from '../../src/usage/meter.ts';
import { costOf } from '../../src/usage/rates.ts';
import { temporaryFolder } from '../db/template.ts';

// Burns CPU in a grandchild, and holds 64 MiB, until its standard input ends.
const burn = `
const { spawn } = require('node:child_process');
if (process.argv[1] === 'inner') { const held = Buffer.alloc(64 << 20, 1); process.stdin.resume();
  process.stdin.on('end', () => process.exit(held.length === 0 ? 1 : 0));
  setInterval(() => { const end = Date.now() + 90; while (Date.now() < end); }, 100);
} else { const inner = spawn(process.execPath, ['-e', process.execArgv[1] ?? '', 'inner'], { stdio: ['inherit', 'inherit', 'inherit'] });
  inner.on('exit', () => process.exit(0)); }
`;

it('counts the programs that a job starts, with all that they start, and no others', async () => {
  const folder = await temporaryFolder();
  const children = new Children({
    runFolder: join(folder, 'run'),
    logFolder: folder,
    environment: { PATH: process.env['PATH'] ?? '' },
    logger: { info: () => undefined, warn: () => undefined },
    onProgram: meterProgram,
  });
  const start = (name: string) => children.start({ name, command: process.execPath, args: ['-e', burn] });
  const [mine, others, idle] = [new Meter(), new Meter(), new Meter()];
  const child = await metered(mine, () => start('mine'));
  const outside = await start('outside');
  const server = await metered(others, () =>
    children.start({ name: 'server', command: process.execPath, args: ['-e', burn], ready: () => Promise.resolve() }),
  );
  try {
    await expect.poll(() => mine.read().programs?.cpuSeconds ?? 0, { timeout: 60_000 }).toBeGreaterThan(1);
    expect(mine.read().programs!.peakMiB).toBeGreaterThan(64);
    expect(others.read()).not.toHaveProperty('programs');
    expect(idle.read()).not.toHaveProperty('programs');
  } finally {
    await Promise.all([child, outside, server].map((one) => one.stop()));
    mine.close();
  }
  const { cpuSeconds } = mine.read().programs!;
  expect(cpuSeconds).toBeGreaterThan(1);
});

it('prices what was used by the rates, and nothing where there are none', () => {
  const usage = { wallSeconds: 1800, programs: { cpuSeconds: 3600, peakMiB: 100 } };
  expect(costOf(usage, { perHour: 2, perCpuHour: 0.5, currency: 'EUR' })).toBeCloseTo(1.5);
  expect(costOf({ wallSeconds: 1800 }, { perHour: 2, perCpuHour: 0.5, currency: 'EUR' })).toBeCloseTo(1);
  expect(costOf(usage, { perHour: 0, perCpuHour: 0, currency: 'EUR' })).toBeNull();
});
