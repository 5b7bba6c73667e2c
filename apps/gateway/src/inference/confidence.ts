/** Platt's logistic: how sure one may be of a building, of the mean probability inside its outline. */
export interface PlattScaling {
  /** 0 or more, so that surer outlines stay surer. */
  readonly slope: number;
  readonly intercept: number;
}

/** Means are held this far from 0 and 1, where the logit is infinite. */
const CLEARANCE = 1e-3;

/** The confidence 0 … 1, of a mean probability 0 … 1: the logistic of slope × its logit + intercept. */
export function plattConfidence(mean: number, { slope, intercept }: PlattScaling): number {
  const held = Math.min(1 - CLEARANCE, Math.max(CLEARANCE, mean));
  return 1 / (1 + Math.exp(-(slope * Math.log(held / (1 - held)) + intercept)));
}
