import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Children } from '../../src/supervise/child.ts';
import { freePort } from '../../src/supervise/free-port.ts';
import { listProcesses, readProcess } from '../../src/supervise/proc.ts';
import { temporaryFolder } from './folder.ts';

async function make() {
  const folder = await temporaryFolder();
  const parts = {
    runFolder: join(folder, 'run'),
    logFolder: join(folder, 'logs'),
    environment: { PATH: process.env['PATH'] ?? '', KEPT: 'kept' },
    logger: { info: () => undefined, warn: () => undefined },
  };
  const children = new Children(parts);
  onTestFinished(() => children.stopAll());
  return { ...parts, children };
}

/** Whether a process runs (one that ended and waits for its parent does not). */
async function runs(pid: number): Promise<boolean> {
  const entry = await readProcess(pid);
  return entry !== undefined && entry.state !== 'Z';
}

describe('a child process', () => {
  test('tells its lines and how it ended, and leaves a log but no record', async () => {
    const { children, runFolder, logFolder } = await make();
    const lines: string[] = [];
    const child = await children.start({
      name: 'speaker',
      command: 'sh',
      args: ['-c', 'echo "one $KEPT"; printf "50%%\\r100%%\\n"; echo bad >&2; printf unfinished; exit 3'],
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
    });
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(lines.filter((line) => line.startsWith('stdout'))).toEqual([
      'stdout one kept',
      'stdout 50%',
      'stdout 100%',
      'stdout unfinished',
    ]);
    expect(lines).toContain('stderr bad');
    await pause(50);
    expect(await readFile(join(logFolder, 'speaker.log'), 'utf8')).toContain('100%\n');
    expect(await readdir(runFolder)).toEqual([]);
  });

  test('does not leave its secret in what it wrote', async () => {
    const { children, logFolder } = await make();
    const child = await children.start({
      name: 'teller',
      command: 'sh',
      args: ['-c', 'echo "a $SECRET, b $SECRET"'],
      env: { SECRET: 's3cr3t' },
      secret: 's3cr3t',
    });
    await child.exited;
    expect(child.tail()).toContain('a [secret], b [secret]');
    await expect.poll(() => readFile(join(logFolder, 'teller.log'), 'utf8')).toContain('a [secret], b [secret]');
  });

  test('is recorded while it runs', async () => {
    const { children, runFolder } = await make();
    const child = await children.start({ name: 'sleeper', command: 'sleep', args: ['60'] });
    const record = JSON.parse(await readFile(join(runFolder, `sleeper-${child.pid}.json`), 'utf8')) as object;
    expect(record).toMatchObject({ name: 'sleeper', pid: child.pid, command: 'sleep' });
    expect(await child.rssMiB()).toBeGreaterThan(0.1);
    await child.stop();
    expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('counts the memory of what it started as its own', async () => {
    const { children } = await make();
    const child = await children.start({
      name: 'parent',
      command: 'sh',
      args: ['-c', 'node -e "setInterval(()=>{},9)"; :'],
    });
    await expect.poll(() => child.rssMiB(), { timeout: 20_000 }).toBeGreaterThan(20);
  });

  test('is waited for until it is ready', async () => {
    const { children } = await make();
    let said = false;
    await children.start({
      name: 'slow',
      command: 'sh',
      args: ['-c', 'sleep 0.3; echo here; sleep 60'],
      onLine: () => (said = true),
      ready: async () => {
        while (!said) await pause(10);
      },
    });
    expect(said).toBe(true);
  });

  test('that ends before it is ready is told with its last words', async () => {
    const { children } = await make();
    let asked: AbortSignal | undefined;
    const start = children.start({
      name: 'failing',
      command: 'sh',
      args: ['-c', 'echo the port is taken >&2; exit 1'],
      ready: (_, signal) => {
        asked = signal;
        return new Promise(() => undefined);
      },
    });
    await expect(start).rejects.toThrow(/failing ended \(1\)[^]*the port is taken/);
    expect(asked?.aborted).toBe(true);
  });

  test('that does not get ready in time is stopped', async () => {
    const { children } = await make();
    let pid = 0;
    const start = children.start({
      name: 'stuck',
      command: 'sleep',
      args: ['60'],
      ready: (child) => {
        pid = child.pid;
        return new Promise(() => undefined);
      },
      readyTimeoutMs: 100,
    });
    await expect(start).rejects.toThrow('stuck was not ready after 0.1 s');
    expect(await runs(pid)).toBe(false);
  });

  test('that is not installed is a missing tool, by its name', async () => {
    const { children } = await make();
    await expect(children.start({ name: 'x', command: '/no/such/tool', args: [] })).rejects.toMatchObject({
      code: 'tools-missing',
      more: { where: '/no/such/tool' },
    });
  });

  test('is stopped with all that it started, also what left its group, also where SIGTERM is ignored', async () => {
    const { children } = await make();
    const pids: number[] = [];
    const child = await children.start({
      name: 'family',
      command: 'sh',
      args: ['-c', `trap '' TERM; setsid sh -c 'trap "" TERM; echo $$; sleep 60' & echo $$; sleep 60; sleep 60`],
      onLine: (line) => pids.push(Number(line)),
    });
    await expect.poll(() => pids.length).toBe(2);
    await child.stop();
    expect(await Promise.all(pids.map(runs))).toEqual([false, false]);
  });

  test('that ended leaves others, which stop() still ends', async () => {
    const { children } = await make();
    const pids: number[] = [];
    const child = await children.start({
      name: 'forker',
      command: 'sh',
      args: ['-c', 'sleep 60 >/dev/null 2>&1 & echo $!'],
      onLine: (line) => pids.push(Number(line)),
    });
    await child.exited;
    expect(await Promise.all(pids.map(runs))).toEqual([true]);
    await child.stop();
    expect(await Promise.all(pids.map(runs))).toEqual([false]);
  });

  test('keeps its log within bounds', async () => {
    const { children, logFolder } = await make();
    const child = await children.start({
      name: 'loud',
      command: 'sh',
      args: ['-c', 'yes "0123456789" | head -c 30000000'],
    });
    await child.exited;
    const names = await readdir(logFolder);
    expect(names.sort()).toEqual(['loud.log', 'loud.log.1']);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(logFolder, name))).size));
    expect(Math.max(...sizes)).toBeLessThan(9 * 1024 * 1024);
  });
});

describe('a gateway that was killed', () => {
  async function killed(script: string) {
    const parts = await make();
    const starter = fileURLToPath(new URL('./start-and-wait.ts', import.meta.url));
    const gateway = spawn(process.execPath, ['--import', 'tsx', starter, parts.runFolder, parts.logFolder, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(gateway.stdout, 'data')) as [Buffer];
    gateway.kill('SIGKILL');
    await once(gateway, 'exit');
    return { ...parts, pid: Number(String(line)) };
  }

  test('leaves children that the next one ends, and those of nobody else', async () => {
    const { children, runFolder, pid } = await killed(`trap '' PIPE; sleep 60 & sleep 60`);
    const bystander = spawn('sleep', ['60'], { env: { CAIRN_CHILD: `${runFolder}-of-another:1` } });
    onTestFinished(() => void bystander.kill('SIGKILL'));
    expect(await runs(pid)).toBe(true);
    const below = (await listProcesses()).filter(({ parent }) => parent === pid);
    expect(below).toHaveLength(2);
    await children.reap();
    expect(await Promise.all([pid, ...below.map((entry) => entry.pid)].map(runs))).toEqual([false, false, false]);
    expect(await runs(bystander.pid ?? 0)).toBe(true);
    await expect(readdir(runFolder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('is noticed by a child that reads its standard input', async () => {
    const { pid } = await killed('cat');
    await expect.poll(() => runs(pid)).toBe(false);
  });
});

test('a free port can be listened on', async () => {
  const port = await freePort();
  expect(port).toBeGreaterThan(1023);
  const { children } = await make();
  const lines: string[] = [];
  await children.start({
    name: 'listener',
    command: process.execPath,
    args: ['-e', `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('listening'))`],
    onLine: (line) => lines.push(line),
  });
  await expect.poll(() => lines).toEqual(['listening']);
});
