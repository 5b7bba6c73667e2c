import { afterAll, beforeAll, describe } from 'vitest';
import { describeBuildings } from './suites/buildings.ts';
import { describeColdStart } from './suites/cold-start.ts';
import { describeExport } from './suites/export.ts';
import { describeInput } from './suites/input.ts';
import { describeRestart } from './suites/restart.ts';
import { describeRevoke } from './suites/revoke.ts';
import { describeVerify } from './suites/verify.ts';
import { demoHome, type DemoHome } from './src/demo-home.ts';
import { generatedScene } from './src/scene.ts';

const realScene = process.env['CAIRN_TEST_SCENE'];

// One state folder serves the suites below in their order: making it is the longest part.
describe('the demo on the generated scene', () => {
  let demo: DemoHome | undefined;
  const get = (): DemoHome => demo!;
  beforeAll(async () => {
    demo = await demoHome();
  }, 600_000);
  afterAll(() => demo?.remove());

  describeBuildings(get, generatedScene);
  describeVerify(get);
  describeRestart(get);
  describeExport(get);
  describeColdStart(get);
  describeInput(get);
  // Last: it takes back what the others look at.
  describeRevoke(get);
});

describe.runIf(realScene !== undefined)('the demo on the real chips of CAIRN_TEST_SCENE', () => {
  let demo: DemoHome | undefined;
  beforeAll(async () => {
    demo = await demoHome(realScene);
  }, 600_000);
  afterAll(() => demo?.remove());

  describeBuildings(
    () => demo!,
    () => Promise.resolve(undefined),
  );
});
