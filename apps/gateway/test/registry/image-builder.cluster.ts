import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuildkitEngine } from '../../src/registry/package/buildkit-engine.ts';
import { Children } from '../../src/supervise/child.ts';
import { describeImageEngine } from './image-builder-contract.ts';
import { quietLogger } from './quiet.ts';
import { context } from './registration-fixture.ts';

const run = promisify(execFile);
const setting = (name: string): string => process.env[name] ?? '';

// What tools/test-cluster.sh tells; the builder may be left out.
const address = setting('CAIRN_TEST_BUILDKIT_ADDRESS');
const certificates = setting('CAIRN_TEST_BUILDKIT_CERTIFICATES');
const registry = `${setting('CAIRN_TEST_REGISTRY')}/cairn-test`;
const base = setting('CAIRN_TEST_BASE') || 'python:3.11-slim';
const environment: Record<string, string> =
  process.env['DOCKER_CONFIG'] === undefined ? {} : { DOCKER_CONFIG: process.env['DOCKER_CONFIG'] };

describe.skipIf(address === '')('the BuildKit of a cluster', () => {
  describeImageEngine('it', () =>
    Promise.resolve({
      registry,
      base,
      engine: (children) => new BuildkitEngine({ address, certificates, children, environment }),
      lost: (children) => new BuildkitEngine({ address: 'tcp://127.0.0.1:9', certificates, children, environment }),
      held: async (image) => {
        await run('docker', ['pull', '--quiet', image]);
        const inspected = await run('docker', ['image', 'inspect', '--format', '{{json .Config.Labels}}', image]);
        const listed = await run('docker', ['run', '--rm', '--network', 'none', image, 'ls', '/package']);
        return {
          labels: JSON.parse(inspected.stdout) as Record<string, string>,
          files: listed.stdout.trim().split('\n'),
        };
      },
    }),
  );

  describe('its steps', () => {
    let home: string;
    let children: Children;
    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'cairn-buildkit-'));
      children = new Children({
        runFolder: join(home, 'run'),
        logFolder: join(home, 'logs'),
        environment: { PATH: setting('PATH'), HOME: home },
        logger: quietLogger(),
      });
    });
    afterAll(async () => {
      await children.stopAll();
      await rm(home, { recursive: true, force: true });
    });

    const built = async (
      steps: string[],
      { shown = certificates, beside = '' } = {},
    ): Promise<{ digest: string; log: string }> => {
      const folder = join(await mkdtemp(join(home, 'order-')), 'image');
      await mkdir(folder);
      await writeFile(join(folder, 'Dockerfile'), [`FROM ${base}`, ...steps, ''].join('\n'));
      await writeFile(join(folder, 'content'), 'the same\n');
      await writeFile(join(folder, 'beside'), `${beside}\n`);
      const lines: string[] = [];
      const digest = await new BuildkitEngine({ address, certificates: shown, children, environment }).build(
        { folder, name: `${registry}/steps`, tag: 'latest', labels: {} },
        context({ log: (line) => void lines.push(line) }),
      );
      return { digest, log: lines.join('\n') };
    };

    it('are taken from nobody who shows no certificate', async () => {
      await expect(built(['COPY content /'], { shown: '' })).rejects.toThrow(/build failed/);
    });

    it('find neither a token of the cluster nor the key of the builder', async () => {
      const key = 'etc/buildkit-certificates/key.pem';
      const { log } = await built([
        'RUN test ! -e /var/run/secrets/kubernetes.io && echo no token',
        `RUN for process in /proc/[0-9]*; do if cat "$process/root/${key}"; then exit 3; fi; done; echo no key`,
      ]);
      expect(log).toMatch(/ no token$/m);
      expect(log).toMatch(/ no key$/m);
    });

    it.each(['--security=insecure', '--network=host'])(
      'get no more than others where they ask for it: %s',
      async (right) => {
        await expect(built([`RUN ${right} true`])).rejects.toThrow(/not allowed/);
      },
    );

    it('make the same image of the same content, whenever they run', async () => {
      // What is beside the step makes it run once more; what it writes is the same, and later.
      const steps = [
        'COPY content /',
        'RUN --mount=type=bind,source=beside,target=/beside cat /beside && echo same >/made',
      ];
      const [first, second] = [await built(steps, { beside: 'once' }), await built(steps, { beside: 'twice' })];
      expect(second.log).toMatch(/ twice$/m);
      expect(second.digest).toBe(first.digest);
    });
  });
});
