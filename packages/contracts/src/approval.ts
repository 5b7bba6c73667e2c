import { Type, type Static } from 'typebox';
import { Digest } from './digest.ts';

/** Who let a version that is in production answer predictions: its newest approval. */
export const ApprovalInfo = Type.Object(
  {
    version: Type.String({ description: 'MODEL/NUMBER' }),
    actor: Type.String(),
    reason: Type.String(),
    approvedOwn: Type.Boolean({ description: 'the single owner of an installation approved their own work' }),
    at: Type.String({ description: 'RFC 3339' }),
    receipt: Digest,
  },
  { $id: 'ApprovalInfo' },
);
export type ApprovalInfo = Static<typeof ApprovalInfo>;
