import { execFile } from 'node:child_process';
import { access, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { AddCommand } from '../command.ts';
import type { CliConfig } from '../config.ts';
import { connect } from '../gateway.ts';

const run = promisify(execFile);

interface Finding {
  name: string;
  ok: boolean;
  found: string;
  action?: string;
}

/** `cairn doctor`: what is installed, what is missing, how to get it. */
export const addDoctor: AddCommand = (program, act) => {
  program
    .command('doctor')
    .description('look at this machine: what is installed, what is missing, and how to get it')
    .action(
      act(async ({ config, output }) => {
        const findings = await examine(config);
        const ok = findings.every((finding) => finding.ok);
        output.result({ ok, findings }, () => {
          for (const finding of findings) {
            output.line(`  ${finding.ok ? 'ok     ' : 'missing'}  ${finding.name.padEnd(12)} ${finding.found}`);
            if (finding.action !== undefined) output.line(`           ${''.padEnd(12)} To do: ${finding.action}`);
          }
        });
        if (!ok) process.exitCode = 3;
      }),
    );
};

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
    await disk(config),
    await gateway(config),
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
async function gateway(config: CliConfig): Promise<Finding> {
  try {
    const client = await connect(config);
    const status = await client.status();
    return { name: 'gateway', ok: true, found: `running, version ${status.version}` };
  } catch {
    return { name: 'gateway', ok: true, found: 'not running (start it with "cairn up")' };
  }
}
