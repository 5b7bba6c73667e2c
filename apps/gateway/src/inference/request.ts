import type { Digest, ProcessInput } from '@cairn/contracts';
import { type Aoi, aoiGeometry } from '@cairn/geo';
import { canonicalJson, digestOf } from '@cairn/receipt';
import type { Imagery } from '../imagery/imageries.ts';
import { calibrationFile, type Calibration } from '../registry/calibration.ts';
import type { VersionRow } from '../registry/version-row.ts';

/** The settings of a prediction that a request may name. */
export type Settings = Pick<ProcessInput<'predict'>, 'threshold' | 'minArea' | 'simplify' | 'square'>;

/** The settings of a prediction with their defaults. */
export interface Parameters {
  /** Least probability of a pixel that is taken as building. */
  threshold: number;
  /** Smallest building in m². */
  minArea: number;
  /** Tolerance of outlines in m. */
  simplify: number;
  /** Whether right angles are drawn where an outline means them. */
  square: boolean;
  /** Digest of the calibration that confidence goes by, or `none`: then it is the mean probability. */
  calibration: string;
}

/**
 * The settings that inputs ask for; those of the version, or of ours, where they do not.
 * @param calibration that of the version; it speaks of outlines at its own threshold, and is left out at another
 */
export function parametersOf(inputs: Settings, version: VersionRow, calibration: Calibration | null): Parameters {
  const threshold = inputs.threshold ?? version.threshold;
  return {
    threshold,
    minArea: inputs.minArea ?? 4,
    simplify: inputs.simplify ?? Math.round(version.gsd * 1.5 * 1000) / 1000,
    square: inputs.square ?? true,
    calibration: calibration?.threshold === threshold ? version.files[calibrationFile]!.digest : 'none',
  };
}

/** A request by what it asks for: equal requests have equal digests, however they were written. */
export function requestDigest(
  version: VersionRow,
  imagery: Imagery,
  aoi: ReturnType<typeof aoiGeometry>,
  parameters: Parameters,
): Digest {
  const { model, version: number, weights_digest: weights } = version;
  const asked = { model, version: number, weights, imagery: imagery.digest, id: imagery.id, aoi, parameters };
  return digestOf(canonicalJson(asked));
}

/** What a request asks for, apart from the version that is to answer. */
export interface Asked {
  /** Digest of the imagery. */
  imagery: Digest;
  aoi: ReturnType<typeof aoiGeometry>;
  /** Those that it names. */
  settings: Settings;
}

/** What a request asks for, apart from the version that is to answer. */
export function askedOf(inputs: ProcessInput<'predict'>, imagery: Imagery, aoi: Aoi): Asked {
  const settings = Object.entries(inputs).filter(([name]) => !['model', 'imagery', 'aoi'].includes(name));
  return { imagery: imagery.digest, aoi: aoiGeometry(aoi), settings: Object.fromEntries(settings) };
}
