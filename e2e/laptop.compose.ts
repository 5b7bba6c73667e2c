import { afterAll, beforeAll, describe } from 'vitest';
import { composed } from './src/composed.ts';
import type { DemoHome } from './src/demo-home.ts';
import { installedHome } from './src/installed-home.ts';
import { generatedScene } from './src/scene.ts';
import { describeBuildings } from './suites/buildings.ts';
import { describeExport } from './suites/export.ts';
import { describeInput } from './suites/input.ts';
import { describeRevoke } from './suites/revoke.ts';
import { describeServices } from './suites/services.ts';
import { describeVerify } from './suites/verify.ts';
import { describeWholePage } from './suites/whole-page.ts';

// The laptop's suites, on the gateway in a container. Those of its state folder (restart, cold start, kills, full disks) are
// about processes and files of this machine, and have no counterpart here; the pictures of the page are of a laptop's.
describe('the demo on Docker Compose', () => {
  let demo: DemoHome | undefined;
  const get = (): DemoHome => demo!;
  beforeAll(async () => {
    demo = await installedHome(composed()!);
  }, 900_000);
  afterAll(() => demo?.remove());

  describeBuildings(get, generatedScene);
  describeVerify(get);
  describeExport(get);
  describeInput(get);
  describeWholePage(get);
  describeServices(get);
  // Last: it takes back what the others look at.
  describeRevoke(get);
});
