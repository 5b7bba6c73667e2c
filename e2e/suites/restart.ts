import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cairn, start } from '../src/cairn.ts';
import { demoWords, type DemoHome } from '../src/demo-home.ts';
import { up } from '../src/gateway.ts';
import { pidOf } from '../src/victim.ts';
import { generatedScene } from '../src/scene.ts';

/** The second start, and what one state folder allows. */
export function describeRestart(demo: () => DemoHome): void {
  describe('a second start', () => {
    test('the demo again finds everything there and answers the stored prediction', async () => {
      const out = join(demo().home, '..', 'again.geojson');
      const { code, stdout, stderr } = await cairn(demoWords(await generatedScene(), out), { home: demo().home });
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('stored answer of an identical request');
    });

    test('two starts on one state folder end in an error that says who holds it', async () => {
      const first = await up({ home: demo().home });
      try {
        const second = await cairn(['up', '--port', '0'], { home: demo().home });
        expect(second.code).toBe(3);
        expect(second.stderr).toContain('state-locked');
        expect(second.stderr).toContain(demo().home);
      } finally {
        await first.stop();
      }
    });

    test('Ctrl-C ends it also while it starts', async () => {
      const starting = start(['up', '--port', '0'], { home: demo().home });
      const scene = { home: demo().home, starter: starting.child };
      await expect.poll(() => pidOf('gateway', scene), { timeout: 60_000 }).toBeDefined();
      starting.child.kill('SIGINT');
      expect((await starting.ended).code).toBe(0);
    });

    test('a gateway that is killed ends it with an error that says so', async () => {
      const started = await up({ home: demo().home });
      await started.crash();
      const { code, stderr } = await started.running.ended;
      expect(code).toBe(1);
      expect(stderr).toContain('The gateway ended without being asked to (SIGKILL)');
    });

    test('a port in use ends in an error that names it and leaves the folder free', async () => {
      const first = await up({ home: demo().home });
      const port = new URL(first.address).port;
      try {
        const second = await cairn(['up', '--port', port], { home: join(demo().home, '..', 'other') });
        expect(second.code).toBe(3);
        expect(second.stderr).toContain('port-in-use');
        expect(second.stderr).toContain(port);
      } finally {
        await first.stop();
      }
      const again = await up({ home: demo().home });
      await again.stop();
    });

    test('status tells each part with its version and memory', async () => {
      const started = await up({ home: demo().home });
      try {
        const { code, stdout } = await cairn(['status', '--json'], { home: demo().home });
        expect(code).toBe(0);
        const { components } = JSON.parse(stdout) as { components: { name: string; state: string }[] };
        expect(components.map(({ name }) => name)).toEqual(
          expect.arrayContaining(['gateway', 'MLflow', 'model server', 'database']),
        );
      } finally {
        await started.stop();
      }
    });
  });
}
