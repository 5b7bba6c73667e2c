/** What stands on a raster after labelling: which component each pixel belongs to, and what the components hold. */
export interface Labels {
  /** Label of each pixel, 0 for background, row by row with a rim of one background pixel: (width + 2) × (height + 2). */
  readonly labels: Int32Array;
  /** Pixels between one row of `labels` and the next: width + 2. */
  readonly stride: number;
  /** Number of components; their labels are 1 … count in the order of their first pixel, row by row. */
  readonly count: number;
  /** Pixels of each component, at its label. */
  readonly pixels: Float64Array;
  /** Sum of the confidences (0 … 255) over each component, at its label; zeros where no raster was given. */
  readonly confidence: Float64Array;
}

/**
 * Labels the 4-connected components of the pixels that are not 0.
 *
 * @param mask width × height, row by row from the top
 * @param confidence a raster of the same shape, or nothing
 * Throws a RangeError where a raster's length does not fit width × height.
 */
export function label(mask: Uint8Array, width: number, height: number, confidence?: Uint8Array): Labels {
  for (const raster of confidence ? [mask, confidence] : [mask]) {
    if (raster.length !== width * height) {
      throw new RangeError(`a raster of ${width} × ${height} has ${width * height} pixels, not ${raster.length}`);
    }
  }
  const stride = width + 2;
  const labels = new Int32Array(stride * (height + 2));
  const parents = provisional(mask, width, height, labels);
  const { final, count } = numbered(parents);
  const pixels = new Float64Array(count + 1);
  const sums = new Float64Array(count + 1);
  for (let y = 0; y < height; y++) {
    let at = (y + 1) * stride + 1;
    let source = y * width;
    for (let x = 0; x < width; x++, at++, source++) {
      const first = labels[at] ?? 0;
      if (first === 0) continue;
      const name = final[first] ?? 0;
      labels[at] = name;
      pixels[name] = (pixels[name] ?? 0) + 1;
      if (confidence) sums[name] = (sums[name] ?? 0) + (confidence[source] ?? 0);
    }
  }
  return { labels, stride, count, pixels, confidence: sums };
}

/** Writes a first label to every pixel; the returned forest tells which of them are the same component. */
function provisional(mask: Uint8Array, width: number, height: number, labels: Int32Array): Int32Array {
  let parents = new Int32Array(1024);
  let next = 1;
  const stride = width + 2;
  for (let y = 0; y < height; y++) {
    let at = (y + 1) * stride + 1;
    let source = y * width;
    for (let x = 0; x < width; x++, at++, source++) {
      if (mask[source] === 0) continue;
      const left = labels[at - 1] ?? 0;
      const above = labels[at - stride] ?? 0;
      if (left !== 0) {
        labels[at] = left;
        if (above !== 0 && above !== left) unite(parents, left, above);
      } else if (above !== 0) {
        labels[at] = above;
      } else {
        if (next === parents.length) {
          const grown = new Int32Array(parents.length * 2);
          grown.set(parents);
          parents = grown;
        }
        parents[next] = next;
        labels[at] = next++;
      }
    }
  }
  return parents.subarray(0, next);
}

/** The oldest label becomes the root, so that roots come in the order of their first pixel. */
function unite(parents: Int32Array, a: number, b: number): void {
  const rootA = root(parents, a);
  const rootB = root(parents, b);
  if (rootA < rootB) parents[rootB] = rootA;
  else parents[rootA] = rootB;
}

function root(parents: Int32Array, start: number): number {
  let at = start;
  for (;;) {
    const parent = parents[at] ?? 0;
    if (parent === at) return at;
    const grandparent = parents[parent] ?? 0;
    parents[at] = grandparent;
    at = grandparent;
  }
}

/** A parent is never younger than its child, so one pass from the oldest numbers all. */
function numbered(parents: Int32Array): { final: Int32Array; count: number } {
  const final = new Int32Array(parents.length);
  let count = 0;
  for (let i = 1; i < parents.length; i++) {
    const parent = parents[i] ?? 0;
    final[i] = parent === i ? ++count : (final[parent] ?? 0);
  }
  return { final, count };
}
