import { Type, type Static } from 'typebox';
import { Identifier } from './digest.ts';

const closed = { additionalProperties: false } as const;

/** The roles of the policy table. The single owner of a laptop holds all of them. */
export const Role = Type.Union([
  Type.Literal('mapper'),
  Type.Literal('scientist'),
  Type.Literal('approver'),
  Type.Literal('administrator'),
]);
export type Role = Static<typeof Role>;
export const roles = ['mapper', 'scientist', 'approver', 'administrator'] as const satisfies readonly Role[];

const Roles = Type.Array(Role, { minItems: 1, uniqueItems: true, title: 'What they may do' });
const Password = Type.String({ minLength: 10, maxLength: 200, title: 'Password' });

/** An account as the API lists it. */
export const AccountInfo = Type.Object(
  {
    id: Type.String(),
    roles: Type.Array(Role),
    hasPassword: Type.Boolean({ description: 'without one only tokens speak for it' }),
    disabled: Type.Boolean(),
    created: Type.String({ description: 'RFC 3339' }),
  },
  { $id: 'AccountInfo' },
);
export type AccountInfo = Static<typeof AccountInfo>;

/** Who speaks: what a page needs to know of its reader. */
export const SessionInfo = Type.Object({ id: Type.String(), roles: Type.Array(Role) }, { $id: 'SessionInfo' });
export type SessionInfo = Static<typeof SessionInfo>;

/** Adding an account. */
export const NewAccount = Type.Object(
  { id: Identifier, roles: Roles, password: Type.Optional(Password) },
  { ...closed, $id: 'NewAccount' },
);
export type NewAccount = Static<typeof NewAccount>;

/** Changing what an account may do, and whether it may do anything. */
export const AccountChange = Type.Object(
  { roles: Type.Optional(Roles), disabled: Type.Optional(Type.Boolean()) },
  { ...closed, minProperties: 1, $id: 'AccountChange' },
);
export type AccountChange = Static<typeof AccountChange>;

/** Setting a password; whoever changes their own names the one that they have, unless they are an administrator. */
export const PasswordChange = Type.Object(
  { password: Password, current: Type.Optional(Type.String({ maxLength: 200, title: 'The password until now' })) },
  { ...closed, $id: 'PasswordChange' },
);
export type PasswordChange = Static<typeof PasswordChange>;

/** An API token as it is listed: never the token itself. */
export const TokenInfo = Type.Object(
  {
    id: Type.String(),
    account: Type.String(),
    name: Type.String({ description: 'what it is for' }),
    created: Type.String({ description: 'RFC 3339' }),
    expires: Type.String({ description: 'RFC 3339' }),
    roles: Type.Optional(
      Type.Array(Role, { description: 'what it may do at most; left out: whatever its account may' }),
    ),
  },
  { $id: 'TokenInfo' },
);
export type TokenInfo = Static<typeof TokenInfo>;

/** Asking for an API token. */
export const NewToken = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', title: 'What it is for' }),
    days: Type.Integer({ minimum: 1, maximum: 366, default: 90, title: 'How many days it is valid' }),
    account: Type.Optional(
      Type.String({ maxLength: 100, title: 'Whose it is; for another only an administrator asks' }),
    ),
    roles: Type.Optional(
      Type.Array(Role, {
        minItems: 1,
        uniqueItems: true,
        title: 'What it may do at most, of what its account may; left out: all of that',
      }),
    ),
  },
  { ...closed, $id: 'NewToken' },
);
export type NewToken = Static<typeof NewToken>;

/** A new API token: the only time that it is shown. */
export const IssuedToken = Type.Intersect([TokenInfo, Type.Object({ token: Type.String() })]);
export type IssuedToken = Static<typeof IssuedToken>;
