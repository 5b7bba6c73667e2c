import { CairnClient, type SurveyReport } from '@cairn/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { Bucket } from '../../apps/gateway/src/storage/bucket.ts';
import { cairn } from '../src/cairn.ts';
import type { DemoHome } from '../src/demo-home.ts';
import { installed } from '../src/installed.ts';

/** Areas that no other suite asks for: their predictions have to run. */
const unasked = [86.0697, 15.3763, 86.0727, 15.3797];
const alsoUnasked = [86.0698, 15.3764, 86.0726, 15.3796];

/** What holds of the containers themselves: who they are, what they keep, and whom they let in. */
export function describeServices(demo: () => DemoHome): void {
  describe('the services', () => {
    const { services, address, token, start, inside, logs, killAll } = installed()!;
    beforeAll(start);
    const predictions = async (): Promise<unknown> =>
      (await fetch(`${address}/predictions`, { headers: { authorization: `Bearer ${token}` } })).json();
    /** Predicts once more with a version that has been asked, on its imagery. */
    const predict = async (aoi: number[]) => {
      const client = new CairnClient({ address, token });
      const [{ version, imagery }] = await client.get<[{ version: string; imagery: string }]>('/predictions');
      return { version, made: await client.run('predict', { model: version, imagery, aoi }) };
    };

    test.each(services)('%s is not root and writes to its own places alone', async (name) => {
      expect((await inside(name, 'id', '-u')).trim()).toBe('10001');
      await expect(inside(name, 'touch', '/usr/local/bin/of-a-test')).rejects.toThrow(/Read-only file system/);
      expect(await inside(name, 'cat', '/proc/1/status')).toMatch(/^CapEff:\s+0+$/m);
    });

    test('the gateway says that it keeps its state on servers, and its survey finds nothing amiss', async () => {
      const { code, stdout } = await cairn(['status', '--json'], { home: demo().home });
      expect([code, JSON.parse(stdout)]).toMatchObject([0, { profile: 'cluster' }]);
      // Of the machine that the tests run on it says more, which is not asked here.
      const doctor = await cairn(['doctor', '--deep', '--json'], { home: demo().home });
      expect((JSON.parse(doctor.stdout) as { survey: SurveyReport }).survey).toMatchObject({ ok: true, findings: [] });
    });

    test('the log of the gateway is what its container says, and tells no secret', async () => {
      const said = await logs('gateway');
      expect(said).toContain('"msg":"Server listening at http://');
      expect(said).not.toContain(token);
    });

    test.runIf(services.includes('serving'))(
      'networks are computed by the serving host, which has no secret but its own',
      async () => {
        const { version } = await predict(unasked);
        expect((await cairn(['status', '--json'], { home: demo().home })).stdout).toContain(version);
        const programs = await inside('serving', 'sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "');
        expect(programs).toContain('--name building-detector');
        expect(await inside('gateway', 'sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "')).not.toContain(
          '--role graph',
        );
        const environment = await inside('serving', 'env');
        expect(environment.match(/^[^=\n]*(PASSWORD|SECRET|TOKEN|KEY|DATABASE)[^=]*(?==)/gm)).toEqual([
          'CAIRN_SERVING_TOKEN',
        ]);
      },
    );

    test.runIf(services.includes('serving'))('a prediction waits for a serving host that has ended', async () => {
      await inside('serving', 'sh', '-c', 'kill 1');
      const { made } = await predict(alsoUnasked);
      expect(made).toMatchObject({ prediction: expect.any(String) as string });
    });

    test('nobody reads the bucket of another', async () => {
      const reach = (bucket: string, accessKey: string, secretKey: string) =>
        new Bucket({
          access: {
            endpoint: process.env['CAIRN_TEST_S3_ENDPOINT']!,
            region: 'us-east-1',
            bucket,
            accessKey,
            secretKey,
          },
        }).find('nothing');
      const [mlflow, own] = [process.env['CAIRN_TEST_MLFLOW_KEY']!, process.env['CAIRN_TEST_S3_SECRET_KEY']!];
      await expect(reach('cairn-objects', 'cairn', own)).resolves.toBeUndefined();
      await expect(reach('mlflow-artifacts', 'mlflow', mlflow)).resolves.toBeUndefined();
      await expect(reach('mlflow-artifacts', 'cairn', own)).rejects.toThrow('AccessDenied');
      await expect(reach('dvc-data', 'mlflow', mlflow)).rejects.toThrow('AccessDenied');
      await expect(reach('cairn-objects', 'mlflow', mlflow)).rejects.toThrow('AccessDenied');
    });

    test('the owner signs in by the password that was made', async () => {
      const answer = await fetch(`${address}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ account: 'owner', password: process.env['CAIRN_TEST_PASSWORD'] }),
      });
      expect(answer.status).toBe(200);
    });

    test('what was acknowledged is there after every service was killed', async () => {
      const before = await predictions();
      await killAll();
      expect(await predictions()).toEqual(before);
      const { code, stdout } = await cairn(['verify', demo().out, '--server', address], { home: demo().home });
      expect([code, stdout]).toEqual([0, expect.stringContaining('knows of no revocation')]);
    });
  });
}
