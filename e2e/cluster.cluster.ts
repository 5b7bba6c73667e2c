import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { clustered } from './src/cluster/clustered.ts';
import { cpuPackage } from './src/cpu-package/cpu-package.ts';
import type { DemoHome } from './src/demo-home.ts';
import { installedHome } from './src/installed-home.ts';
import { generatedScene } from './src/scene.ts';
import { describeBuildings } from './suites/buildings.ts';
import { describeDisturbances } from './suites/disturbances.ts';
import { describeExport } from './suites/export.ts';
import { describeInput } from './suites/input.ts';
import { describeRevoke } from './suites/revoke.ts';
import { describeServices } from './suites/services.ts';
import { describeVerify } from './suites/verify.ts';
import { describeWholePage } from './suites/whole-page.ts';
import { describeWorkflows } from './suites/workflows.ts';

// The laptop's suites on a cluster, where the demo's package becomes an image, and what only a cluster has. Run by
// tools/test-workflows.sh.
describe('the demo on Kubernetes', () => {
  let folder: string;
  let demo: DemoHome | undefined;
  const get = (): DemoHome => demo!;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cairn-package-'));
    const model = await cpuPackage(folder, process.env['CAIRN_TEST_PACKAGE_BASE']!);
    demo = await installedHome(clustered()!, model);
  }, 3_600_000);
  afterAll(async () => {
    await demo?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  describeBuildings(get, generatedScene);
  describeVerify(get);
  describeExport(get);
  describeInput(get);
  describeWholePage(get);
  describeServices(get);
  describeWorkflows(get);
  describeDisturbances();
  // Last: it takes back what the others look at.
  describeRevoke(get);
});
