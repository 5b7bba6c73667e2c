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

/** What the platform is made of, in the order in which it is told. */
export const blueprintParts = [
  'gateway',
  'catalog',
  'mlflow',
  'dvc',
  'argo',
  'seldon',
  'postgresql',
  'minio',
  'kubernetes',
] as const;
export type BlueprintPartId = (typeof blueprintParts)[number];

/** One part of the platform: what does its work here, and how that is. */
export const BlueprintPart = Type.Object(
  {
    id: Type.Enum([...blueprintParts]),
    standIn: Type.Boolean({ description: 'something smaller does its work on this one machine' }),
    state: Type.Union([Type.Literal('up'), Type.Literal('starting'), Type.Literal('asleep'), Type.Literal('down')], {
      description: 'asleep: started when somebody needs it, which looking does not do',
    }),
    version: Type.Optional(Type.String({ description: 'of what does the work' })),
    address: Type.Optional(
      Type.String({ description: 'without anything secret; a path that begins with ./ lies in the state folder' }),
    ),
    detail: Type.Optional(Type.String({ description: 'in words: what it does now, or why it is down' })),
    milliseconds: Type.Integer({ minimum: 0, description: 'how long it took to answer' }),
  },
  { $id: 'BlueprintPart' },
);
export type BlueprintPart = Static<typeof BlueprintPart>;

/** The platform's parts, each asked at the time that is told. */
export const Blueprint = Type.Object(
  { at: Type.String({ description: 'RFC 3339' }), parts: Type.Array(BlueprintPart) },
  { $id: 'Blueprint' },
);
export type Blueprint = Static<typeof Blueprint>;
