/** The one node at each place of a file: neighbours that share a corner share its node. 24 bytes a node or so. */
export class Nodes {
  #lon = new Int32Array(1024);
  #lat = new Int32Array(1024);
  /** 0 where a slot is free; ids are counted from 1. */
  #ids = new Int32Array(1024);
  #count = 0;

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /**
   * The number of the node at a place, from 1 on in the order in which places first came.
   * @param lon in 1e-7 degree, as `lat`
   */
  at(lon: number, lat: number): number {
    const slot = this.#slot(lon, lat);
    const known = this.#ids[slot]!;
    if (known !== 0) return known;
    this.#count += 1;
    this.#lon[slot] = lon;
    this.#lat[slot] = lat;
    this.#ids[slot] = this.#count;
    if (this.#count * 2 > this.#ids.length) this.#grow();
    return this.#count;
  }

  #slot(lon: number, lat: number): number {
    const mask = this.#ids.length - 1;
    let slot = (Math.imul(lon, 0x9e3779b1) ^ Math.imul(lat, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    while (this.#ids[slot] !== 0 && (this.#lon[slot] !== lon || this.#lat[slot] !== lat)) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [lon, lat, ids] = [this.#lon, this.#lat, this.#ids];
    this.#lon = new Int32Array(ids.length * 2);
    this.#lat = new Int32Array(ids.length * 2);
    this.#ids = new Int32Array(ids.length * 2);
    for (const [i, id] of ids.entries()) {
      if (id === 0) continue;
      const slot = this.#slot(lon[i]!, lat[i]!);
      this.#lon[slot] = lon[i]!;
      this.#lat[slot] = lat[i]!;
      this.#ids[slot] = id;
    }
  }
}
