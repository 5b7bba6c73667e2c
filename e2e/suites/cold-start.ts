import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CairnClient, ProcessInput } from '@cairn/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyHome, type DemoHome } from '../src/demo-home.ts';
import { dice } from '../src/dice.ts';
import { up, type Up } from '../src/gateway.ts';
import { pidOf } from '../src/victim.ts';

// `make test-full` wakes it a thousand times; `make test` shows the same with some of them.
const starts = Number(process.env['CAIRN_TEST_STARTS'] ?? (process.env['CAIRN_TEST_FULL'] === '1' ? 1000 : 8));
const seed = Number(process.env['CAIRN_TEST_SEED'] ?? 20261127);

/** After so long a model server that nobody asks is ended here. */
const idleSeconds = 0.2;
/** Edge of a small area in degrees, about 100 m: one block of the imagery, or up to four. */
const small = 0.001;

/** Seconds from a request to the first feature of its stream, of requests that found no model server. */
interface Times {
  small: number[];
  whole: number[];
}

/** A model server that is not there until somebody asks. */
export function describeColdStart(demo: () => DemoHome): void {
  describe(`${starts} cold starts of the model server (seed ${seed})`, () => {
    let home = '';
    let started: Up | undefined;
    beforeAll(async () => {
      home = await copyHome(demo().home);
      started = await up({ home, environment: { CAIRN_IDLE_SECONDS: String(idleSeconds) } });
    });
    afterAll(async () => {
      await started?.stop();
      await rm(join(home, '..'), { recursive: true, force: true });
    });

    test(
      'every request is answered, told of its progress until the first building comes, and no process is left idle',
      async () => {
        const { client, running } = started!;
        const server = (): Promise<number | undefined> => pidOf('serving', { home, starter: running.child });
        const gone = () => expect.poll(server, { timeout: 120_000, interval: 20 }).toBeUndefined();
        const random = dice(seed);
        const asks = new Asks(client, random, await imageryOf(client));
        await gone();
        for (let round = 0; round < starts; round++) {
          // One in three comes while the one before may be ending; of the others nobody is there.
          const isCold = round % 3 !== 2;
          if (isCold) await gone();
          else await pause(random() * 2000 * idleSeconds);
          await asks.some(isCold);
        }
        await gone();
        const told = {
          rounds: starts,
          requests: asks.count,
          areas: summary(asks.times.small),
          whole: summary(asks.times.whole),
        };
        process.stdout.write(`cold starts, seconds to the first building: ${JSON.stringify(told)}\n`);
      },
      starts * 120_000,
    );
  });
}

/** What is asked of a gateway. Each throws where the answer is an error. */
class Asks {
  readonly times: Times = { small: [], whole: [] };
  count = 0;
  readonly #client: CairnClient;
  readonly #random: () => number;
  readonly #imagery: { id: string; bbox: [number, number, number, number] };

  constructor(
    client: CairnClient,
    random: () => number,
    imagery: { id: string; bbox: [number, number, number, number] },
  ) {
    this.#client = client;
    this.#random = random;
    this.#imagery = imagery;
  }

  /** One request, or some at once: a prediction, with another, an inference by the protocol's door, or an estimate. */
  async some(isCold: boolean): Promise<void> {
    const draw = this.#random();
    const besides =
      draw < 0.4 ? [] : draw < 0.6 ? [this.#infer()] : draw < 0.8 ? [this.#estimate()] : [this.#predict()];
    await Promise.all([
      this.#random() < 0.9 ? this.#predict(isCold ? this.times : undefined) : this.#infer(),
      ...besides,
    ]);
  }

  /** Follows a prediction until its first building, and on to its end; one of the whole image is then cancelled. */
  async #predict(times?: Times): Promise<void> {
    this.count += 1;
    const isWhole = this.#random() < 0.5;
    const inputs = isWhole ? this.#inputs() : { ...this.#inputs(), aoi: this.#area() };
    const begin = performance.now();
    const { jobID } = await this.#client.execute('predict', inputs);
    const came: string[] = [];
    for await (const event of this.#client.followFeatures(jobID)) {
      if (event.event === 'status') expect(['successful', 'dismissed'], jobID).toContain(event.job.status);
      if (event.event === 'features' && !came.includes('features')) {
        times?.[isWhole ? 'whole' : 'small'].push((performance.now() - begin) / 1000);
        if (isWhole) await this.#client.dismiss(jobID);
      }
      came.push(event.event);
    }
    expect(came.indexOf('progress'), `${jobID}: ${came.join()}`).toBe(0);
    // A small area may lie where nobody has built.
    if (isWhole) expect(came, jobID).toContain('features');
  }

  async #infer(): Promise<void> {
    this.count += 1;
    const shape = [1, 3, 32, 32];
    const data = Array.from({ length: 3 * 32 * 32 }, () => Math.floor(this.#random() * 256));
    const asked = { inputs: [{ name: 'image', datatype: 'UINT8', shape, data }] };
    const answer = await this.#client.post<{ outputs: { data: number[] }[] }>(
      '/v2/models/building-detector/infer',
      asked,
    );
    expect(answer.outputs[0]!.data).toHaveLength(32 * 32);
  }

  async #estimate(): Promise<void> {
    this.count += 1;
    expect(await this.#client.estimate(this.#inputs())).toMatchObject({ stored: false });
  }

  /** No two requests are the same: stored ones wake nobody. */
  #inputs(): ProcessInput<'predict'> {
    return { model: 'building-detector', imagery: this.#imagery.id, minArea: 4 + this.#random() };
  }

  #area(): [number, number, number, number] {
    const [west, south, east, north] = this.#imagery.bbox;
    const x = west + this.#random() * (east - west - small);
    const y = south + this.#random() * (north - south - small);
    return [x, y, x + small, y + small];
  }
}

async function imageryOf(client: CairnClient): Promise<{ id: string; bbox: [number, number, number, number] }> {
  const { features } = await client.get<{ features: { id: string; bbox: [number, number, number, number] }[] }>(
    '/stac/collections/imagery/items',
  );
  return features[0]!;
}

function summary(seconds: readonly number[]): Record<string, number> {
  const sorted = [...seconds].sort((a, b) => a - b);
  const at = (share: number): number => Number((sorted[Math.ceil(share * sorted.length) - 1] ?? NaN).toFixed(2));
  return { starts: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
