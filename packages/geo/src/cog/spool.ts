/**
 * Where compressed tiles wait for their place in the file.
 *
 * A COG holds its smallest overview first and the full resolution last, but overviews are known only once the pixels
 * below them have come. So tiles are put aside as they are made and copied in order at the end.
 */

/** Scratch space: a temporary file, or memory. Positions are written in ascending order, without gaps. */
export interface Spool {
  write(position: number, bytes: Uint8Array): Promise<void> | void;
  read(position: number, length: number): Promise<Uint8Array> | Uint8Array;
}

/** A spool in memory, for rasters whose compressed size is no burden. */
export class MemorySpool implements Spool {
  readonly #pieces = new Map<number, Uint8Array>();

  /** Keeps one piece. */
  write(position: number, bytes: Uint8Array): void {
    this.#pieces.set(position, bytes);
  }

  /**
   * The piece that was written at `position`.
   *
   * @throws RangeError if no piece of this length was written there
   */
  read(position: number, length: number): Uint8Array {
    const piece = this.#pieces.get(position);
    if (piece === undefined || piece.length !== length) {
      throw new RangeError(`The spool holds no ${length} bytes at ${position}: read pieces as they were written.`);
    }
    return piece;
  }
}
