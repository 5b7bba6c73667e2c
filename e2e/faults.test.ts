import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cairn } from './src/cairn.ts';
import { dice } from './src/dice.ts';
import { Drill } from './src/faults/drill.ts';

// `make test-full` has two hundred; `make test` shows the same with a few of them.
const full = process.env['CAIRN_TEST_FULL'] === '1' ? 200 : 6;
const faults = Number(process.env['CAIRN_TEST_FAULTS'] ?? full);
const seed = Number(process.env['CAIRN_TEST_SEED'] ?? 20261127);

describe(`${faults} faults at random moments of the processes (seed ${seed})`, () => {
  let opened: Drill | undefined;
  beforeAll(async () => {
    opened = await Drill.open(dice(seed));
  }, 900_000);
  afterAll(() => opened?.close());

  test(
    'no job is lost, doubled or stuck, and nothing is left to be repaired',
    async () => {
      const drill = opened!;
      if (!drill.canFill) process.stdout.write('this account may not mount a disk: its space is not taken\n');
      for (let done = 1; done <= faults; done++) {
        process.stdout.write(`fault ${done} of ${faults}: ${await drill.next()}\n`);
      }
      const doctor = await cairn(['doctor', '--repair', '--deep', '--json'], { home: drill.home });
      expect(doctor.code, doctor.stdout).toBe(0);
      expect(JSON.parse(doctor.stdout)).toMatchObject({ ok: true, survey: { findings: [] } });
    },
    faults * 600_000,
  );
});
