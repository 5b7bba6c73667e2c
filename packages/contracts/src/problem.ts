import { Type, type Static } from 'typebox';

/** Problem details (RFC 9457), with the code of the table and what the reader can do. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A URI of OGC, or a URN that ends in the code' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What was wrong, and where' }),
    code: Type.String(),
    action: Type.Optional(Type.String({ description: 'What to do about it' })),
    where: Type.Optional(Type.String({ description: 'A JSON pointer, a file or a part of the request' })),
    instance: Type.Optional(Type.String()),
  },
  { $id: 'Problem', title: 'Problem details' },
);
export type Problem = Static<typeof Problem>;
