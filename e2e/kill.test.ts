import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cairn, start } from './src/cairn.ts';
import { demoWords } from './src/demo-home.ts';
import { up, type Up } from './src/gateway.ts';
import { dice, shuffled } from './src/dice.ts';
import { generatedScene } from './src/scene.ts';
import { strike, type Victim } from './src/victim.ts';

// `make test-full` kills twenty times; `make test` shows the same with a fifth of it.
const kills = process.env['CAIRN_TEST_FULL'] === '1' ? 20 : 4;
const seed = Number(process.env['CAIRN_TEST_SEED'] ?? 20261123);

/** What the demo lives by from its start to its end. */
const victims: Victim[] = ['gateway', 'mlflow', 'serving'];

/** Longest time from a start to the end of its demo that a kill is drawn from; an empty folder takes the longest. */
const window = { empty: 60_000, begun: 25_000 };
/** Longest time that a victim lives on after it has appeared: a model server is needed for some seconds at the very end. */
const longestLife = 3_000;

describe(`kill -9 at ${kills} random moments of the demo (seed ${seed})`, () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

  test(
    'nothing acknowledged is lost, and the next start goes on to the end',
    async () => {
      const random = dice(seed);
      const draw = (below: number): number => Math.floor(random() * below);
      let deck: Victim[] = [];
      const scene = await generatedScene();
      let done = 0;
      while (done < kills) {
        const folder = await mkdtemp(join(tmpdir(), 'cairn-kill-'));
        folders.push(folder);
        const home = join(folder, 'home');
        const words = demoWords(scene, join(folder, 'buildings.geojson'));
        const acknowledged = new Set<string>();
        let finished = false;
        let begun = false;
        // Kills on one folder until a demo outlives its kill, then the folder must hold one of everything.
        while (!finished && done < kills) {
          const running = start(words, { home });
          // The next of a shuffled deck stays the next until it was hit, so that none is left out.
          if (deck.length === 0) deck = shuffled(victims, random);
          const victim = deck[0]!;
          const longest = victim === 'serving' ? 0 : begun ? window.begun : window.empty;
          const aim = { victim, wait: draw(longest), delay: draw(longestLife) };
          const struck = await strike(aim, { home, starter: running.child }, running.ended);
          if (struck !== null) {
            done++;
            deck.shift();
            process.stdout.write(`kill ${done} of ${kills}: ${victim}, ${struck} ms after the start\n`);
          }
          const ended = await running.ended;
          for (const step of stepsOf(ended.stdout)) acknowledged.add(step);
          await expectAcknowledged(home, acknowledged);
          if (victim === 'gateway' && ended.code !== 0) {
            expect(ended.stderr, 'the demo says that its gateway is gone').toMatch(
              /error: (internal|gateway-unreachable)/,
            );
          } else {
            expect(ended.code, `after the kill of ${victim}: ${ended.stderr}`).toBe(0);
          }
          finished = ended.code === 0;
          begun = true;
        }
        const last = await cairn(words, { home });
        expect(last.code, last.stderr).toBe(0);
        await expectWhole(home);
      }
    },
    kills * 300_000,
  );
});

/** Titles of the steps that a demo said were done. */
function stepsOf(stdout: string): string[] {
  return [...stdout.matchAll(/^ {2}(\S.*?) +\d+\.\d s$/gm)].map((match) => match[1]!);
}

async function items(started: Up, collection: string): Promise<string[]> {
  const { features } = await started.client.get<{ features: { id: string }[] }>(
    `/stac/collections/${collection}/items?limit=100`,
  );
  return features.map(({ id }) => id);
}

/** What each step of the demo leaves behind it, by the beginning of its title. */
const left: Record<string, (started: Up) => Promise<boolean>> = {
  'Register the': async (started) => (await items(started, 'models')).includes('building-detector'),
  'Add the dataset': async (started) => (await items(started, 'datasets')).includes('scene'),
  'Add the imagery': async (started) => (await items(started, 'imagery')).includes('scene-aoi'),
  Approve: async ({ client }) =>
    (await client.versions('building-detector')).some(({ stage }) => stage === 'production'),
  'Find buildings': async (started) => (await items(started, 'predictions')).length === 1,
};

/** Looks, right after a kill, whether everything is there that the demo had been told was done. */
async function expectAcknowledged(home: string, acknowledged: ReadonlySet<string>): Promise<void> {
  if (acknowledged.size === 0) return;
  const started = await up({ home });
  try {
    for (const step of acknowledged) {
      for (const [title, isThere] of Object.entries(left)) {
        if (step.startsWith(title)) expect(await isThere(started), `"${step}" was acknowledged`).toBe(true);
      }
    }
  } finally {
    await started.stop();
  }
}

/** One of everything, whatever was killed when. */
async function expectWhole(home: string): Promise<void> {
  const started = await up({ home });
  try {
    expect(await items(started, 'models')).toEqual(['building-detector']);
    expect(await items(started, 'datasets')).toEqual(['scene']);
    expect(await items(started, 'imagery')).toEqual(['scene-aoi']);
    expect(await items(started, 'predictions')).toHaveLength(1);
    const versions = await started.client.versions('building-detector');
    expect(new Set(versions.map(({ weightsDigest }) => weightsDigest)).size).toBe(versions.length);
    expect(versions.filter(({ stage }) => stage === 'production')).toHaveLength(1);
    const jobs = await started.client.get<{ jobs: { status: string }[] }>('/jobs?limit=1000');
    expect(jobs.jobs.filter(({ status }) => status === 'accepted' || status === 'running')).toEqual([]);
  } finally {
    await started.stop();
  }
}
