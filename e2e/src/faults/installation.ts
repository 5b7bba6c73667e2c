import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CairnClient } from '@cairn/contracts';
import { copyTemplate } from '../../../apps/gateway/test/db/template.ts';
import { up, type Up } from '../gateway.ts';
import { SmallDisk } from '../small-disk.ts';
import type { Scene } from '../victim.ts';
import { Tools } from './tools.ts';

// What "cairn doctor" asks for at least, and more.
const mebibytes = 3000;

/** One warm state folder, on a disk of its own where that can be had, and the `cairn up` that runs on it. */
export class Installation {
  readonly disk: SmallDisk;
  readonly tools: Tools;
  #up: Up;

  private constructor(disk: SmallDisk, tools: Tools, started: Up) {
    this.disk = disk;
    this.tools = tools;
    this.#up = started;
  }

  static async open(): Promise<Installation> {
    const disk = await SmallDisk.make(mebibytes);
    // Its making takes 20 s, and is killed by the other test of kills.
    const template = await copyTemplate();
    await cp(template, join(disk.folder, 'home', 'db'), { recursive: true });
    await rm(template, { recursive: true, force: true });
    const tools = await Tools.lay(join(disk.folder, 'tools'));
    return new Installation(disk, tools, await start(disk, tools));
  }

  get home(): string {
    return join(this.disk.folder, 'home');
  }

  get client(): CairnClient {
    return this.#up.client;
  }

  /** Where victims are looked for. */
  get scene(): Scene {
    return { home: this.home, starter: this.#up.running.child };
  }

  /** Resolves with the words of `cairn up` when its gateway has ended. */
  get ended(): Up['running']['ended'] {
    return this.#up.running.ended;
  }

  /** Starts Cairn again after its gateway has ended. */
  async startAgain(): Promise<void> {
    this.#up = await start(this.disk, this.tools);
  }

  async close(): Promise<void> {
    await this.#up.stop();
    await this.disk.remove();
  }
}

function start({ folder }: SmallDisk, tools: Tools): Promise<Up> {
  // Small blocks, so that a prediction is many calls of the model server.
  return up({
    home: join(folder, 'home'),
    environment: { CAIRN_TOOLS: tools.folder, CAIRN_BLOCK: '128', CAIRN_THREADS: '1' },
  });
}
