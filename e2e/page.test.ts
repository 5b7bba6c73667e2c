import { afterAll, beforeAll, describe } from 'vitest';
import { describeBaseline } from './suites/baseline.ts';
import { describeWholePage } from './suites/whole-page.ts';
import { demoHome, type DemoHome } from './src/demo-home.ts';

// A state folder of their own, in which the demo ran: beside it the suites without a browser have theirs.
describe('the page of the demo', () => {
  let demo: DemoHome | undefined;
  const get = (): DemoHome => demo!;
  beforeAll(async () => {
    demo = await demoHome();
  }, 600_000);
  afterAll(() => demo?.remove());

  // While the demo has run and nothing else.
  describeBaseline(get);
  describeWholePage(get);
});
