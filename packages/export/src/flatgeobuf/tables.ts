/** A table of a FlatBuffer whose bytes are not trusted: whatever points outside of them throws RangeError. */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;

  private constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#vtable = at - view.getInt32(at, true);
  }

  /** The root table of a buffer. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  uint8(slot: number, otherwise: number): number {
    const at = this.#field(slot);
    return at === 0 ? otherwise : this.#view.getUint8(at);
  }

  uint16(slot: number, otherwise: number): number {
    const at = this.#field(slot);
    return at === 0 ? otherwise : this.#view.getUint16(at, true);
  }

  /** Null where there is none. */
  text(slot: number): string | null {
    const vector = this.#vector(slot, 1);
    return vector === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#bytes(vector));
  }

  bytes(slot: number): Uint8Array {
    const vector = this.#vector(slot, 1);
    return vector === null ? new Uint8Array() : this.#bytes(vector);
  }

  uint32s(slot: number): number[] {
    const vector = this.#vector(slot, 4);
    return Array.from({ length: vector?.length ?? 0 }, (_, i) => this.#view.getUint32(vector!.at + 4 * i, true));
  }

  doubles(slot: number): number[] {
    const vector = this.#vector(slot, 8);
    return Array.from({ length: vector?.length ?? 0 }, (_, i) => this.#view.getFloat64(vector!.at + 8 * i, true));
  }

  table(slot: number): FlatTable | null {
    const at = this.#field(slot);
    return at === 0 ? null : new FlatTable(this.#view, at + this.#view.getUint32(at, true));
  }

  tables(slot: number): FlatTable[] {
    const vector = this.#vector(slot, 4);
    return Array.from({ length: vector?.length ?? 0 }, (_, i) => {
      const at = vector!.at + 4 * i;
      return new FlatTable(this.#view, at + this.#view.getUint32(at, true));
    });
  }

  /** Where a field lies; 0 where the table has none. */
  #field(slot: number): number {
    const entry = 4 + 2 * slot;
    if (entry >= this.#view.getUint16(this.#vtable, true)) return 0;
    const offset = this.#view.getUint16(this.#vtable + entry, true);
    return offset === 0 ? 0 : this.#at + offset;
  }

  #vector(slot: number, size: number): { at: number; length: number } | null {
    const field = this.#field(slot);
    if (field === 0) return null;
    const start = field + this.#view.getUint32(field, true);
    const length = this.#view.getUint32(start, true);
    if (start + 4 + length * size > this.#view.byteLength) throw new RangeError('A list reaches beyond its end.');
    return { at: start + 4, length };
  }

  #bytes({ at, length }: { at: number; length: number }): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, length);
  }
}
