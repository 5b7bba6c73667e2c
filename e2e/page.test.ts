import { afterAll, beforeAll, describe } from 'vitest';
import { describeApprove } from './suites/approve.ts';
import { describeBaseline } from './suites/baseline.ts';
import { describeDocs } from './suites/docs.ts';
import { describeExamples } from './suites/examples.ts';
import { describeFeedback } from './suites/feedback.ts';
import { describeInterpret } from './suites/interpret.ts';
import { describeOperate } from './suites/operate.ts';
import { describePage } from './suites/page.ts';
import { describeTasks } from './suites/tasks.ts';
import { describeTogether } from './suites/together.ts';
import { describeTrace } from './suites/trace.ts';
import { describeTrain } from './suites/train.ts';
import { demoHome, type DemoHome } from './src/demo-home.ts';

// A state folder of their own, in which the demo ran: beside it the suites without a browser have theirs.
describe('the page of the demo', () => {
  let demo: DemoHome | undefined;
  const get = (): DemoHome => demo!;
  beforeAll(async () => {
    demo = await demoHome();
  }, 600_000);
  afterAll(() => demo?.remove());

  describeBaseline(get);
  describePage(get);
  describeInterpret(get);
  describeTogether(get);
  // Before the next one, which approves and takes back the version that these are drawn of.
  describeExamples(get);
  describeApprove(get);
  describeTrain(get);
  describeTrace(get);
  describeOperate(get);
  describeFeedback(get);
  describeTasks(get);
  describeDocs(get);
});
