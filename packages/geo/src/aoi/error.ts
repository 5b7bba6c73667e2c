/** What can be wrong with an area of interest. */
export type AoiErrorCode =
  | 'aoi-invalid-json'
  | 'aoi-not-polygon'
  | 'aoi-invalid-coordinates'
  | 'aoi-wrong-crs'
  | 'aoi-coordinate-order'
  | 'aoi-antimeridian'
  | 'aoi-not-closed'
  | 'aoi-zero-area'
  | 'aoi-self-crossing'
  | 'aoi-hole-outside'
  | 'aoi-overlapping'
  | 'aoi-too-many-points'
  | 'aoi-too-large'
  | 'aoi-outside-imagery';

/** An error in words for the person who drew the area. */
export interface AoiErrorDetail {
  /** What is wrong. */
  readonly what: string;
  /** Where: a JSON Pointer into what was given, such as /coordinates/0/3; empty for the whole. */
  readonly where: string;
  /** What to do about it. */
  readonly advice: string;
}

/** Raised for an area of interest that cannot be used as it is. */
export class AoiError extends Error {
  override readonly name = 'AoiError';
  readonly code: AoiErrorCode;
  readonly detail: AoiErrorDetail;

  constructor(code: AoiErrorCode, what: string, where: string, advice: string) {
    super(`${what}${where === '' ? '' : ` (at ${where})`}. ${advice}`);
    this.code = code;
    this.detail = { what, where, advice };
  }
}
