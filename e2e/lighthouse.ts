import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './src/cairn.ts';
import { demoHome } from './src/demo-home.ts';
import { up } from './src/gateway.ts';

const run = promisify(execFile);

/** What is read of a report of Lighthouse. */
interface Report {
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { numericValue?: number }>;
}

/** Runs of a page; the median counts. */
const times = 3;
const categories = ['performance', 'accessibility', 'best-practices'];
/** Milliseconds, and a layout's shifts. */
const audits = [
  'first-contentful-paint',
  'largest-contentful-paint',
  'speed-index',
  'total-blocking-time',
  'cumulative-layout-shift',
];

// Measures the first load of the Discover page by Lighthouse on its profile of a telephone and a slow 4G line: make lighthouse.
// It prints a line of JSON: scores of 0 to 100 and what they are made of, each the median of the runs.
const { stdout: program } = await run(join(repository, 'tools/lighthouse.sh'));
const demo = await demoHome();
if (demo.ended.code !== 0) throw new Error(demo.ended.stderr);
const cairn = await up({ home: demo.home });
try {
  const reports: Report[] = [];
  for (let i = 0; i < times; i++)
    reports.push(await report(program.trim(), `${cairn.address}/#/?token=${cairn.token}`));
  const scores = categories.map((name) => [
    name,
    median(reports, ({ categories }) => 100 * (categories[name]?.score ?? 0)),
  ]);
  const parts = audits.map((name) => [name, median(reports, ({ audits }) => audits[name]?.numericValue ?? NaN)]);
  process.stdout.write(
    `${JSON.stringify({ page: 'discover', runs: times, ...Object.fromEntries([...scores, ...parts]) })}\n`,
  );
} finally {
  await cairn.stop();
  await demo.remove();
}

async function report(lighthouse: string, url: string): Promise<Report> {
  const words = [
    lighthouse,
    url,
    '--output=json',
    '--quiet',
    `--only-categories=${categories.join(',')}`,
    '--chrome-flags=--headless=new --no-sandbox --disable-gpu',
  ];
  const environment = { ...process.env, CHROME_PATH: '/usr/bin/chromium' };
  const { stdout } = await run(process.execPath, words, { env: environment, maxBuffer: 64 * 2 ** 20 });
  return JSON.parse(stdout) as Report;
}

function median(reports: readonly Report[], of: (report: Report) => number): number {
  const sorted = reports.map(of).sort((a, b) => a - b);
  return Number(sorted[Math.floor(sorted.length / 2)]!.toFixed(3));
}
