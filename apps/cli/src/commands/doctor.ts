import { execFile } from 'node:child_process';
import { access, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CairnError, type CairnClient, type SurveyFinding, type SurveyReport } from '@cairn/contracts';
import type { AddCommand } from '../command.ts';
import type { CliConfig } from '../config.ts';
import { connect } from '../gateway.ts';
import type { Output } from '../output.ts';

const run = promisify(execFile);

interface Finding {
  name: string;
  ok: boolean;
  found: string;
  action?: string;
}

/** `cairn doctor`: what is installed, what is missing, how to get it; and, where Cairn runs, whether its state fits. */
export const addDoctor: AddCommand = (program, act) => {
  program
    .command('doctor')
    .description('look at this machine (what is missing, how to get it) and, where Cairn runs, at its state')
    .option('--repair', 'mend what is left over or can be derived again; needs a running Cairn')
    .option('--deep', 'hash every stored byte again')
    .addHelpText('after', '\nExit codes: 0 nothing is left to be done, 3 something is.')
    .action(
      act(async ({ config, output }, { repair = false, deep = false }: { repair?: boolean; deep?: boolean }) => {
        const findings = await examine(config);
        const client = await running(config, repair || deep);
        findings.push(await gateway(client));
        if (client !== undefined) output.progress('Looking at the state of Cairn ...');
        const survey = await lookAt(client, { repair, deep });
        const ok = findings.every((finding) => finding.ok) && survey?.ok !== false;
        output.result({ ok, findings, ...(survey === undefined ? {} : { survey }) }, () => {
          for (const finding of findings) {
            output.line(`  ${finding.ok ? 'ok     ' : 'missing'}  ${finding.name.padEnd(12)} ${finding.found}`);
            if (finding.action !== undefined) output.line(`           ${''.padEnd(12)} To do: ${finding.action}`);
          }
          if (survey !== undefined) tellSurvey(output, survey);
        });
        if (!ok) process.exitCode = 3;
      }),
    );
};

function tellSurvey(output: Output, { checks, deep, findings }: SurveyReport): void {
  const looked = `${checks.length} checks${deep ? ', every stored byte hashed' : ''}`;
  if (findings.length === 0) output.line(`  ok       ${'state'.padEnd(12)} everything fits: ${looked}`);
  for (const finding of findings) {
    output.line(`  ${stateOf(finding)}  ${finding.check.padEnd(12)} ${finding.where}: ${finding.what}`);
    if (finding.trouble !== undefined) output.line(`           ${''.padEnd(12)} Repairing failed: ${finding.trouble}`);
    output.line(`           ${''.padEnd(12)} ${wayOut(finding)}`);
  }
}

function stateOf({ repaired }: SurveyFinding): string {
  return repaired ? 'mended ' : 'amiss  ';
}

function wayOut({ repaired, repairable, action }: SurveyFinding): string {
  if (repaired) return `Done: ${action}`;
  return repairable ? `"cairn doctor --repair" does this: ${action}` : `To do: ${action}`;
}

/** What the survey found; undefined where none can be made, or only an administrator may. */
async function lookAt(
  client: CairnClient | undefined,
  options: { repair: boolean; deep: boolean },
): Promise<SurveyReport | undefined> {
  try {
    return await client?.survey(options);
  } catch (error) {
    if (!options.repair && error instanceof CairnError && error.code === 'not-allowed') return undefined;
    throw error;
  }
}

/** The client of a Cairn that runs; undefined where none does, unless one is asked for. */
async function running(config: CliConfig, demanded: boolean): Promise<CairnClient | undefined> {
  try {
    const client = await connect(config);
    await client.status();
    return client;
  } catch (error) {
    if (demanded) throw error;
    return undefined;
  }
}

async function examine(config: CliConfig): Promise<Finding[]> {
  const bin = (...parts: string[]) => join(config.tools, ...parts);
  const setup = 'Run "tools/setup.sh" in the checkout.';
  const major = Number(process.versions.node.split('.')[0]);
  return [
    {
      name: 'Node.js',
      ok: major >= 20,
      found: process.version,
      ...(major >= 20 ? {} : { action: 'Install Node.js 20 or newer.' }),
    },
    await tool(
      'Python',
      'python3',
      ['--version'],
      'Install Python 3.11 (Debian 12: apt-get install python3 python3-pip).',
      /3\.11\./,
    ),
    await tool('Git', 'git', ['--version'], 'Install git (Debian 12: apt-get install git).'),
    await tool('uv', bin('uv/bin/uv'), ['--version'], setup),
    await tool('MLflow', bin('python/bin/mlflow'), ['--version'], setup),
    await tool('DVC', bin('python/bin/dvc'), ['--version'], setup),
    await file('pypgstac', bin('python/lib/python3.11/site-packages/pypgstac/migrations/pgstac.0.9.11.sql'), setup),
    await file(
      'web page',
      join(config.repository, 'apps/web/dist/index.html'),
      'Run "npm run build --workspace @cairn/web".',
    ),
    await file(
      'docs',
      join(config.repository, 'apps/docs/dist/index.html'),
      'Run "npm run build --workspace @cairn/docs".',
    ),
    await disk(config),
  ];
}

async function tool(
  name: string,
  command: string,
  words: string[],
  action: string,
  wanted = /\d+\.\d+/,
): Promise<Finding> {
  try {
    const { stdout } = await run(command, words);
    const found = stdout.trim().split('\n')[0] ?? '';
    return wanted.test(found) ? { name, ok: true, found } : { name, ok: false, found, action };
  } catch {
    return { name, ok: false, found: `${command} does not run`, action };
  }
}

async function file(name: string, path: string, action: string): Promise<Finding> {
  const ok = await access(path).then(
    () => true,
    () => false,
  );
  return { name, ok, found: ok ? 'there' : `no ${path}`, ...(ok ? {} : { action }) };
}

async function disk(config: CliConfig): Promise<Finding> {
  const { bavail, bsize } = await statfs(config.home).catch(() => statfs(dirname(config.home)));
  const gib = (bavail * bsize) / 2 ** 30;
  const ok = gib >= 2;
  return {
    name: 'disk',
    ok,
    found: `${gib.toFixed(1)} GiB free for ${config.home}`,
    ...(ok
      ? {}
      : { action: 'Free some space, or move the state folder with CAIRN_HOME; 2 GiB are enough for a start.' }),
  };
}

/** A gateway that is not running is no fault: the doctor only tells. */
async function gateway(client: CairnClient | undefined): Promise<Finding> {
  if (client === undefined) return { name: 'gateway', ok: true, found: 'not running (start it with "cairn up")' };
  return { name: 'gateway', ok: true, found: `running, version ${(await client.status()).version}` };
}
