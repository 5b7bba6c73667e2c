import type { FoundFeature } from '@cairn/contracts';

/**
 * A GeoJSON of many buildings, as the gateway would answer it: boxes on a grid from a corner (longitude and latitude), 15 m apart,
 * of confidences from 5 % to 100 %. Always the same ones.
 */
export function manyBuildings(count: number, [west, south]: readonly [number, number]): string {
  const columns = Math.ceil(Math.sqrt(count));
  let state = 1;
  const drawn = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const rounded = (degrees: number): number => Math.round(degrees * 1e7) / 1e7;
  const features = Array.from({ length: count }, (_, place): FoundFeature => {
    const [lon, lat] = [west + (place % columns) * 1.4e-4, south + Math.floor(place / columns) * 1.4e-4];
    const [wide, high] = [4e-5 + 6e-5 * drawn(), 4e-5 + 6e-5 * drawn()];
    const corners = [
      [lon, lat],
      [lon + wide, lat],
      [lon + wide, lat + high],
      [lon, lat + high],
      [lon, lat],
    ];
    return {
      type: 'Feature',
      id: place.toString(16).padStart(20, '0'),
      geometry: { type: 'Polygon', coordinates: [corners.map((corner) => corner.map(rounded))] },
      properties: {
        class: 'building',
        confidence: Math.round(1000 * (0.05 + 0.95 * drawn())) / 1000,
        area_m2: Math.round(1.23e10 * wide * high * 0.96),
      },
    };
  });
  return `{"type":"FeatureCollection","features":[\n${features.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`;
}
