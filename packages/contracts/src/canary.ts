import { Type, type Static } from 'typebox';
import { Reason } from './version.ts';

const share = Type.Number({
  minimum: 0.0001,
  maximum: 0.9999,
  title: 'Share',
  description: 'of the requests that name no version, as a part of 1',
});

/** Asking that a version answers a share of the requests that name none. */
export const CanaryChange = Type.Object(
  { version: Type.Integer({ minimum: 1, maximum: 999_999_999 }), share, reason: Reason },
  { additionalProperties: false, $id: 'CanaryChange' },
);
export type CanaryChange = Static<typeof CanaryChange>;

/** The version of a model that answers a share of the requests that name none; the default answers the others. */
export const Canary = Type.Object(
  {
    version: Type.String({ description: 'MODEL/NUMBER' }),
    share,
    /** Who asked for it, why, and when. */
    actor: Type.String(),
    reason: Type.String(),
    at: Type.String({ format: 'date-time' }),
  },
  { $id: 'Canary' },
);
export type Canary = Static<typeof Canary>;
