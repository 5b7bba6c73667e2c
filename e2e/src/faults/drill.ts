import { setTimeout as pause } from 'node:timers/promises';
import type { CairnClient, SurveyReport } from '@cairn/contracts';
import { expect } from 'vitest';
import { shuffled } from '../dice.ts';
import type { Ask, Errand } from './errand.ts';
import { aimOf, aimWords, explains, strike, type Fault } from './fault.ts';
import { Installation } from './installation.ts';
import { Ledger } from './ledger.ts';
import { addDataset, addImagery, dataset, imagery, model, register, type Task, tasks } from './tasks.ts';

/** Longest time in which what a fault has left tidies itself up, once every job has ended. */
const restLimit = 300_000;

interface Card {
  task: Task;
  fault: Fault;
}

/**
 * A warm Cairn that is asked for one thing after the other, while something befalls it at a random moment of each. After
 * every one of them everything has to be there that was acknowledged, once, and nothing else.
 */
export class Drill {
  readonly #installation: Installation;
  readonly #random: () => number;
  readonly #ledger = new Ledger();
  #number = 0;
  #deck: Card[] = [];

  private constructor(installation: Installation, random: () => number) {
    this.#installation = installation;
    this.#random = random;
  }

  /** A Cairn with a model that predicts, a dataset and imagery. */
  static async open(random: () => number): Promise<Drill> {
    const drill = new Drill(await Installation.open(), random);
    const client = drill.#installation.client;
    const content = [register(client, 0, model), addDataset(client, 0, dataset), addImagery(client, 0, imagery)];
    for (const errand of await Promise.all(content.map(async (ask) => (await ask)(client)))) {
      expect(await errand.end(client, drill.#ledger), errand.name).toBeNull();
    }
    await client.changeStage(model, 1, { to: 'production', reason: 'It finds what is bright.', approveOwn: true });
    drill.#ledger.receipt('approval');
    return drill;
  }

  get home(): string {
    return this.#installation.home;
  }

  /** Whether the disk's space can be taken here. */
  get canFill(): boolean {
    return this.#installation.disk.canFill;
  }

  /** Draws the next process and fault, and goes through it. Answers in words what it was and how that ended. */
  async next(): Promise<string> {
    const card = this.#draw();
    const begin = performance.now();
    for (let miss = 0; ; miss++) {
      const number = ++this.#number;
      const aim = aimOf(card.fault, this.#random);
      const beside = this.#beside(card);
      const words = [card.task.name, ...beside.map(({ name }) => name)].join(' beside ');
      const what = `${card.fault} in ${words}, number ${number}, ${aimWords(aim)}`;
      try {
        await this.#installation.tools.leaveStepsToMlflow(this.#random() < 1 / 10);
        const asks = await Promise.all(
          [card.task, ...beside].map((task, i) => task.ready(this.#client, number * 4 + i)),
        );
        const errands = await Promise.all(asks.map((ask) => ask(this.#client)));
        const struck = await strike(aim, this.#installation, errands[0]!);
        if (struck && card.fault === 'gateway') await this.#startAgain();
        const ends = await this.#endings(errands, card.fault);
        await this.#rest();
        const failed = asks.filter((_ask, i) => ends[i] !== null);
        for (const ask of failed) await this.#askAgain(ask);
        if (failed.length > 0) await this.#rest();
        if (!struck && miss < 10) continue;
        const seconds = ((performance.now() - begin) / 1000).toFixed(1);
        return `${what}: ${ends.map((code) => code ?? 'done').join(', ')}; ${seconds} s${struck ? '' : ' (missed)'}`;
      } catch (cause) {
        throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      }
    }
  }

  async close(): Promise<void> {
    await this.#installation.close();
  }

  get #client(): CairnClient {
    return this.#installation.client;
  }

  /** The deck has every process with every fault that can befall it, each fault in turn, and is gone through whole. */
  #draw(): Card {
    if (this.#deck.length === 0) {
      const cards = tasks.flatMap((task) => task.faults.map((fault) => ({ task, fault })));
      const possible = cards.filter(({ fault }) => fault !== 'disk' || this.canFill);
      this.#deck = inTurns(shuffled(possible, this.#random));
    }
    return this.#deck.shift()!;
  }

  /** Others that run at the same time, in one of three cases. */
  #beside({ task }: Card): Task[] {
    if (this.#random() > 1 / 3) return [];
    const light = tasks.filter((other) => other !== task && /^(predict|add-|register-)/.test(other.name));
    return shuffled(light, this.#random).slice(0, 1 + Math.floor(this.#random() * 2));
  }

  async #startAgain(): Promise<void> {
    const { code, stderr } = await this.#installation.ended;
    expect(code, 'the exit code of "cairn up" whose gateway was killed').toBe(1);
    expect(stderr).toContain('error: internal');
    await this.#installation.startAgain();
  }

  /** Every errand's end: null, or the code of an error that the fault explains. */
  async #endings(errands: readonly Errand[], fault: Fault): Promise<(string | null)[]> {
    const ends: (string | null)[] = [];
    for (const errand of errands) {
      const error = await errand.end(this.#client, this.#ledger);
      if (error !== null) expect(explains[fault], `${errand.name}: ${error.message}`).toContain(error.code);
      ends.push(error?.code ?? null);
    }
    return ends;
  }

  /** What failed does not fail for ever. */
  async #askAgain(ask: Ask): Promise<void> {
    const again = await ask(this.#client);
    expect(await again.end(this.#client, this.#ledger), `${again.name}, asked for again`).toBeNull();
  }

  /**
   * Waits until nothing is left to be done, and compares what is there. A survey would wake MLflow; what had no part in the
   * fault is looked at after the next that it had a part in.
   */
  async #rest(): Promise<void> {
    if (await this.#isMlflowAwake()) await this.#lookForLeftovers();
    await this.#ledger.compare(this.#client);
  }

  async #isMlflowAwake(): Promise<boolean> {
    const { components } = await this.#client.status();
    return components.some(({ name, state }) => name === 'MLflow' && state !== 'asleep');
  }

  async #lookForLeftovers(): Promise<void> {
    const until = performance.now() + restLimit;
    let report: SurveyReport;
    do {
      report = await this.#client.survey({ deep: true });
      if (report.findings.length === 0) break;
      await pause(500);
    } while (performance.now() < until);
    expect(report.findings).toEqual([]);
  }
}

/** The cards in their order, but that one of each fault comes before a second of any. */
function inTurns(cards: readonly Card[]): Card[] {
  const seen = new Map<Fault, number>();
  const turnOf = ({ fault }: Card): number => {
    const turn = seen.get(fault) ?? 0;
    seen.set(fault, turn + 1);
    return turn;
  };
  return cards
    .map((card) => ({ card, turn: turnOf(card) }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ card }) => card);
}
