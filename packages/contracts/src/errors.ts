/**
 * The one table of error codes. Every problem detail (RFC 9457) that Cairn answers carries one of them, the gateway, the
 * command line and the documentation read the same table, and a test holds the three equal.
 *
 * `status` is the HTTP status; `exit` is the exit code of `cairn` when the error ends a command: 2 the caller's input,
 * 3 something missing or in the way on this machine, 4 refused by a rule (rights, stage, digest), 1 our own fault.
 */
export const errorCodes = {
  'input-invalid': { status: 400, exit: 2, title: 'The request does not fit its schema' },
  'json-invalid': { status: 400, exit: 2, title: 'The text is not JSON' },
  'not-signed-in': { status: 401, exit: 4, title: 'No valid token came with the request' },
  'not-allowed': { status: 403, exit: 4, title: 'Your roles do not allow this' },
  'too-many-attempts': { status: 429, exit: 4, title: 'Too many wrong passwords in a row' },
  'too-much-feedback': { status: 429, exit: 4, title: 'Too much feedback within an hour' },
  'host-refused': { status: 403, exit: 4, title: 'The request names a host that this Cairn does not serve' },
  'not-found': { status: 404, exit: 2, title: 'Nothing was found under that name' },
  'method-not-allowed': { status: 405, exit: 2, title: 'This address does not know that method' },
  conflict: { status: 409, exit: 4, title: 'The state has changed meanwhile' },
  'too-large': { status: 413, exit: 2, title: 'The upload is larger than the configured limit' },
  'digest-mismatch': { status: 422, exit: 4, title: 'The bytes are not those that were named' },

  'aoi-invalid-json': { status: 422, exit: 2, title: 'The area is not GeoJSON' },
  'aoi-not-polygon': { status: 422, exit: 2, title: 'The area is not a polygon' },
  'aoi-invalid-coordinates': { status: 422, exit: 2, title: 'A position of the area is no longitude and latitude' },
  'aoi-wrong-crs': { status: 422, exit: 2, title: 'The area is not in longitude and latitude' },
  'aoi-overlapping': { status: 422, exit: 2, title: 'Two parts of the area overlap' },
  'aoi-too-many-points': { status: 422, exit: 2, title: 'The area has too many points' },
  'aoi-not-closed': { status: 422, exit: 2, title: 'A ring of the area is not closed' },
  'aoi-self-crossing': { status: 422, exit: 2, title: 'The area crosses itself' },
  'aoi-hole-outside': { status: 422, exit: 2, title: 'A hole of the area lies outside it' },
  'aoi-zero-area': { status: 422, exit: 2, title: 'The area has no extent' },
  'aoi-antimeridian': { status: 422, exit: 2, title: 'The area crosses the antimeridian' },
  'aoi-coordinate-order': { status: 422, exit: 2, title: 'The area is in another order of coordinates' },
  'aoi-too-large': { status: 422, exit: 2, title: 'The area is larger than the configured limit' },
  'aoi-outside-imagery': { status: 422, exit: 2, title: 'The area lies outside the imagery' },

  'imagery-corrupt': { status: 422, exit: 2, title: 'The image cannot be read' },
  'imagery-no-georeference': { status: 422, exit: 2, title: 'The image has no georeference' },
  'imagery-unsupported': { status: 422, exit: 2, title: 'The image is of a kind that Cairn cannot read' },
  'tiles-unreachable': { status: 502, exit: 1, title: 'The map tiles cannot be fetched' },
  'imagery-unreachable': { status: 502, exit: 1, title: 'The image behind the address cannot be fetched' },
  'git-unreachable': { status: 502, exit: 1, title: 'The Git repository cannot be fetched' },
  'image-failed': { status: 502, exit: 1, title: 'The container image cannot be built or pushed' },
  'data-unreachable': { status: 502, exit: 1, title: 'The data cannot be fetched from their repository' },
  'dataset-invalid': { status: 422, exit: 2, title: 'The dataset does not hold together' },
  'package-file-missing': { status: 422, exit: 2, title: 'The package lacks a file' },
  'package-invalid': { status: 422, exit: 2, title: 'The package is not valid' },
  'calibration-invalid': { status: 422, exit: 2, title: 'The calibration of a version does not hold' },
  'trial-failed': { status: 422, exit: 2, title: 'An entry point of the package does not run' },
  'package-dirty': { status: 422, exit: 4, title: 'The package differs from its commit' },
  'item-invalid': { status: 422, exit: 2, title: 'The STAC item is not valid' },
  'weights-digest-mismatch': { status: 422, exit: 4, title: 'The weights are not those that were registered' },
  'weights-unavailable': { status: 503, exit: 1, title: 'The weights cannot be fetched' },
  'stage-transition-refused': { status: 409, exit: 4, title: 'The version cannot go to that stage' },
  'approval-second-person': { status: 403, exit: 4, title: 'A second person has to approve' },
  'licence-conflict': { status: 409, exit: 4, title: 'A licence forbids the declared use' },
  revoked: { status: 409, exit: 4, title: 'It was revoked' },
  'version-not-in-production': { status: 409, exit: 4, title: 'Only versions in production answer predictions' },
  'model-output-invalid': { status: 502, exit: 1, title: 'The model answered something that is no prediction' },
  'model-timeout': { status: 504, exit: 1, title: 'The model does not come to an end' },
  'outline-invalid': { status: 422, exit: 2, title: 'The outline of a building does not hold' },
  'export-impossible': { status: 422, exit: 2, title: 'The prediction cannot be had in that format' },
  'run-not-reproducible': { status: 409, exit: 4, title: 'The run cannot be made again' },
  'image-missing': { status: 409, exit: 4, title: 'The package has no container image' },
  'database-unavailable': { status: 503, exit: 3, title: 'The database does not answer' },
  'cluster-refused': { status: 502, exit: 1, title: 'The cluster refuses what it is asked for' },
  'cluster-unavailable': { status: 503, exit: 1, title: 'The cluster does not answer' },
  'cluster-full': { status: 503, exit: 1, title: 'The cluster has no room for the model server' },
  'quota-exceeded': { status: 503, exit: 1, title: 'A quota of the cluster has no room for the model server' },
  'image-unavailable': { status: 502, exit: 1, title: 'The cluster cannot pull the image of the model server' },
  'training-failed': { status: 500, exit: 1, title: 'The training did not finish' },
  'evaluation-failed': { status: 500, exit: 1, title: 'The evaluation did not finish' },

  'state-locked': { status: 503, exit: 3, title: 'Another Cairn is running on this state folder' },
  'state-too-new': { status: 503, exit: 3, title: 'The state folder was written by a newer Cairn' },
  'signing-key-differs': { status: 503, exit: 3, title: 'This database is signed for with another key' },
  'port-in-use': { status: 503, exit: 3, title: 'The port is in use' },
  'accounts-missing': { status: 503, exit: 3, title: 'Nobody could sign in to a gateway that others reach' },
  'disk-full': { status: 507, exit: 3, title: 'There is no space left on the disk' },
  'python-missing': { status: 503, exit: 3, title: 'Python 3.11 was not found' },
  'uv-missing': { status: 503, exit: 3, title: 'uv was not found' },
  'tools-missing': { status: 503, exit: 3, title: 'The Python tools are not installed' },
  'gateway-unreachable': { status: 503, exit: 3, title: 'Cairn is not running' },
  'mlflow-unavailable': { status: 503, exit: 1, title: 'MLflow does not answer' },
  'serving-unavailable': { status: 503, exit: 1, title: 'The model server does not answer' },
  'data-versioning-failed': { status: 500, exit: 1, title: 'DVC or Git failed' },
  cancelled: { status: 409, exit: 130, title: 'The job was cancelled' },
  internal: { status: 500, exit: 1, title: 'Cairn made a mistake' },
} as const satisfies Record<string, { status: number; exit: number; title: string }>;

/** A code of the table. */
export type ErrorCode = keyof typeof errorCodes;

/** Whether a text is a code of the table. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}
