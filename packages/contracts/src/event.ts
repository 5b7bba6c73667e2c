import { Type, type Static } from 'typebox';

/** What happened to what, and by whom; kept for ever. */
export const EventInfo = Type.Object(
  {
    seq: Type.Integer({ description: 'its place in the log' }),
    at: Type.String({ description: 'RFC 3339' }),
    account: Type.String(),
    kind: Type.String({ description: 'noun and past participle, as version.approved' }),
    subject: Type.String({ description: 'the thing, as version:building-detector/1' }),
    data: Type.Record(Type.String(), Type.Unknown()),
  },
  { $id: 'EventInfo' },
);
export type EventInfo = Static<typeof EventInfo>;

/** A page of the event log, the newest first; `next` leads on where there are more. */
export const EventPage = Type.Object({
  events: Type.Array(EventInfo),
  next: Type.Optional(Type.Integer({ description: 'give it as `before` for the next page' })),
});
export type EventPage = Static<typeof EventPage>;

/** Which events; all of it holds together. */
export interface EventSelection {
  /** A part of the subject. */
  subject?: string;
  /** A kind, or what stands before its dot: `job` is every `job.…`. */
  kind?: string;
  account?: string;
  /** RFC 3339. */
  from?: string;
  to?: string;
  before?: number;
  limit?: number;
}
