import { CairnError, type CairnClient, type StatusInfo } from '@cairn/contracts';
import type { AddCommand, Surroundings } from '../command.ts';
import { connect } from '../gateway.ts';
import { readCount } from '../options.ts';

interface ListOptions {
  process?: string;
  status?: string;
  account?: string;
  limit: number;
}

/** `cairn job list|show|log|cancel|result`: what runs and what ran. */
export const addJob: AddCommand = (program, act) => {
  const group = program.command('job').description('see, follow and cancel jobs');
  group
    .command('list')
    .description('jobs, the newest first')
    .option('--process <ids>', 'of these processes, separated by commas')
    .option('--status <states>', 'accepted, running, successful, failed, dismissed; separated by commas')
    .option('--account <name>', 'asked for by this account')
    .option('--limit <number>', 'how many', readCount, 20)
    .action(
      act(async ({ config, output }, options: ListOptions) => {
        const jobs = await list(await connect(config), options);
        output.result(jobs, () => {
          if (jobs.length === 0) output.line('There is no such job.');
          for (const job of jobs) output.line(words(job));
        });
      }),
    );
  group
    .command('show <id>')
    .description('a job with its steps and what it has cost so far')
    .action(
      act(async ({ config, output }, id: string) => {
        const job = await (await connect(config)).job(encodeURIComponent(id));
        output.result(job, () => show(output, job));
      }),
    );
  group
    .command('log <id>')
    .description("a job's log")
    .option('--follow', 'go on until the job has ended; with --json one event a line')
    .action(act((around, id: string, options: { follow?: boolean }) => log(around, id, options.follow === true)));
  group
    .command('cancel <id>')
    .description('end a job and all that it started')
    .action(
      act(async ({ config, output }, id: string) => {
        const job = await (await connect(config)).dismiss(encodeURIComponent(id));
        output.result(job, () => output.line(words(job)));
      }),
    );
  group
    .command('result <id>')
    .description('what a job left, or the error that ended it')
    .action(
      act(async ({ config, output }, id: string) => {
        const result = await (await connect(config)).jobResult(encodeURIComponent(id));
        output.result(result, () => output.line(JSON.stringify(result, null, 2)));
      }),
    );
};

/** As many jobs as wanted, from as many pages as they are on. */
async function list(client: CairnClient, { process, status, account, limit }: ListOptions): Promise<StatusInfo[]> {
  const jobs: StatusInfo[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await client.jobs({
      limit: Math.min(limit - jobs.length, 1000),
      ...(process === undefined ? {} : { processID: process }),
      ...(status === undefined ? {} : { status }),
      ...(account === undefined ? {} : { account }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    jobs.push(...page.jobs);
    const next = page.links.find(({ rel }) => rel === 'next');
    cursor = next === undefined ? undefined : (new URL(next.href).searchParams.get('cursor') ?? undefined);
    if (cursor === undefined || jobs.length >= limit) return jobs;
  }
}

async function log({ config, output, signal }: Surroundings, id: string, follow: boolean): Promise<void> {
  const client = await connect(config);
  if (!follow) {
    const text = await client.jobLog(encodeURIComponent(id));
    const lines = text.split('\n').filter((line) => line !== '');
    output.result(lines, () => lines.forEach((line) => output.line(line)));
    return;
  }
  let job: StatusInfo | undefined;
  for await (const event of client.followJob(encodeURIComponent(id), '', signal)) {
    if (event.event === 'status') ({ job } = event);
    if (output.json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else if (event.event === 'log') output.line(event.line);
    else if (event.event === 'progress') output.progress(`${event.progress} % ${event.message}`);
  }
  if (job?.problem !== undefined) throw CairnError.of(job.problem);
}

function words({ jobID, processID, status, progress, message, created }: StatusInfo): string {
  return `${jobID}  ${processID.padEnd(16)} ${status.padEnd(10)} ${String(progress).padStart(3)} %  ${created.slice(0, 19)}Z  ${message}`;
}

function show(output: Surroundings['output'], job: StatusInfo): void {
  output.line(words(job));
  for (const step of job.steps) {
    const until = step.finished === undefined ? Date.now() : Date.parse(step.finished);
    const seconds = (until - Date.parse(step.started)) / 1000;
    output.line(`  ${step.status.padEnd(10)} ${seconds.toFixed(1).padStart(8)} s  ${step.name}`);
  }
  const { wallSeconds, cpuSeconds, peakMiB, money } = job.cost;
  output.line(`  ${wallSeconds.toFixed(1)} s on the clock`);
  if (cpuSeconds !== undefined) output.line(`  ${cpuSeconds.toFixed(1)} s of CPU in its own programs, at least`);
  if (peakMiB !== undefined) output.line(`  ${peakMiB.toFixed(0)} MiB of memory at most`);
  output.line(money === undefined ? '  not priced: no rate is set' : `  ${money.amount} ${money.currency}`);
  for (const { rel, href } of job.links) if (rel === 'item' || rel === 'enclosure') output.line(`  ${href}`);
  if (job.problem !== undefined) output.line(`  error: ${job.problem.code}: ${job.problem.detail}`);
}
