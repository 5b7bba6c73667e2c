import type { Server } from './server.ts';

/** Smaller calls tell too little of larger ones. */
const leastPixels = 512 ** 2;

/** What a model server needs for its calls: a network's memory goes with the pixels that it is asked about at once. */
export class ServerMemory {
  readonly #server: Pick<Server, 'rssMiB' | 'freeBytes'>;
  readonly #atFirst: Promise<number>;
  #bytesAPixel: number | undefined;

  constructor(server: Pick<Server, 'rssMiB' | 'freeBytes'>) {
    this.#server = server;
    this.#atFirst = server.rssMiB().catch(() => 0);
  }

  /** Looks at what a call has taken; the first one tells, since memory once taken is kept for the next. */
  async see(pixels: number): Promise<void> {
    if (this.#bytesAPixel !== undefined || pixels < leastPixels) return;
    const taken = (await this.#server.rssMiB().catch(() => 0)) - (await this.#atFirst);
    if (taken > 0) this.#bytesAPixel ??= (taken * 2 ** 20) / pixels;
  }

  /** Whether a call of so many pixels would take no more than half of what is free where it runs. */
  hasRoom(pixels: number): boolean {
    return this.#bytesAPixel !== undefined && this.#bytesAPixel * pixels < this.#server.freeBytes() / 2;
  }
}
