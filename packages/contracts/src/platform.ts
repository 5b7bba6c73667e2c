import { Type, type Static } from 'typebox';

/** One component of the platform and how it is. */
export const ComponentHealth = Type.Object({
  name: Type.String(),
  role: Type.String(),
  state: Type.Union([Type.Literal('up'), Type.Literal('starting'), Type.Literal('asleep'), Type.Literal('down')]),
  version: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
  rssMiB: Type.Optional(Type.Number({ description: 'resident memory of its process tree' })),
});
export type ComponentHealth = Static<typeof ComponentHealth>;

/** The platform as `cairn status` tells it. */
export const PlatformStatus = Type.Object(
  {
    version: Type.String(),
    profile: Type.Union([Type.Literal('laptop'), Type.Literal('cluster')]),
    components: Type.Array(ComponentHealth),
  },
  { $id: 'PlatformStatus' },
);
export type PlatformStatus = Static<typeof PlatformStatus>;
