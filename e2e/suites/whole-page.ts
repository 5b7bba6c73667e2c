import type { DemoHome } from '../src/demo-home.ts';
import { describeApprove } from './approve.ts';
import { describeDocs } from './docs.ts';
import { describeExamples } from './examples.ts';
import { describeFeedback } from './feedback.ts';
import { describeInterpret } from './interpret.ts';
import { describeOperate } from './operate.ts';
import { describePage } from './page.ts';
import { describeTasks } from './tasks.ts';
import { describeTogether } from './together.ts';
import { describeTrace } from './trace.ts';
import { describeTrain } from './train.ts';

/** Every suite of the page, in an order in which none takes away what another one looks at. */
export function describeWholePage(demo: () => DemoHome): void {
  describePage(demo);
  describeInterpret(demo);
  // Before the next one, which approves and takes back the version that these are drawn of.
  describeExamples(demo);
  describeApprove(demo);
  describeTrain(demo);
  describeTrace(demo);
  describeOperate(demo);
  describeFeedback(demo);
  describeTasks(demo);
  describeDocs(demo);
  // From here on there is a second person who approves.
  describeTogether(demo);
}
