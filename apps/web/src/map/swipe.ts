import type { CustomLayerInterface, Map } from 'maplibre-gl';

/** Cuts off, at a share of the map's width, what is drawn between two layers: on the left the ground is bare. */
export class Swipe {
  readonly #map: Map;
  #share: number | undefined;

  /** Between `first`, which is cut, and `after`, which is not. */
  constructor(map: Map, { first, after }: { first: string; after: string }) {
    this.#map = map;
    const layer = (id: string, render: CustomLayerInterface['render']): CustomLayerInterface => ({
      id,
      type: 'custom',
      renderingMode: '2d',
      render,
    });
    map.addLayer(
      layer('swipe-from', (gl) => {
        if (this.#share === undefined) return;
        const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
        const from = Math.round(this.#share * width);
        gl.enable(gl.SCISSOR_TEST);
        gl.scissor(from, 0, width - from, height);
      }),
      first,
    );
    map.addLayer(
      layer('swipe-to', (gl) => gl.disable(gl.SCISSOR_TEST)),
      after,
    );
  }

  /** Where it cuts, 0..1 from the left; undefined: nowhere. */
  set(share: number | undefined): void {
    this.#share = share;
    this.#map.triggerRepaint();
  }
}
