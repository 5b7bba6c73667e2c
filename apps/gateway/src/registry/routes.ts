import {
  ApprovalInfo,
  CairnError,
  DeclaredUse,
  Departure,
  Digest,
  Identifier,
  RollBack,
  Shown,
  type StageChange as Change,
  StageChange,
  VersionInfo,
} from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Database } from '../db/database.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { approvalRule, type Approvals } from './approval.ts';
import { allows } from '../identity/policy.ts';
import { recordOf } from './comparison-row.ts';
import { departureOf } from './departure.ts';
import { evidenceOf } from './evidence.ts';
import { findRevision } from './package/revision.ts';
import { versionCard } from './version-card.ts';
import { toVersionInfo } from './version-row.ts';
import type { Versions } from './versions.ts';

const Model = Type.Object({ model: Identifier });
const Version = Type.Object({ model: Identifier, version: Type.Integer({ minimum: 1, maximum: 999_999_999 }) });
const RevisionFile = Type.Object({ model: Identifier, digest: Digest, '*': Type.String({ minLength: 1 }) });

const EvidenceQuery = Type.Object({ use: Type.Optional(DeclaredUse) }, { additionalProperties: false });

/** What the routes of the registry need. */
export interface RegistryRouteParts {
  database: Database;
  objects: ObjectStore;
  versions: Versions;
  approvals: Approvals;
}

/** Models' versions, their stages, and the bytes that the catalogue's items of models and versions point to. */
export function registryRoutes(parts: RegistryRouteParts): FastifyPluginCallback {
  const { database, objects, versions, approvals } = parts;
  return (app: FastifyInstance, _options, done) => {
    app.get<{ Params: Static<typeof Model> }>(
      '/models/:model/versions',
      {
        config: { policy: 'versions.read' },
        schema: { params: Model, response: { 200: Type.Array(VersionInfo) } },
      },
      async (request) => (await versions.list(request.params.model)).map(toVersionInfo),
    );

    app.get<{ Params: Static<typeof Version> }>(
      '/models/:model/versions/:version',
      { config: { policy: 'versions.read' }, schema: { params: Version, response: { 200: VersionInfo } } },
      async (request) => toVersionInfo(await versions.get(request.params.model, request.params.version)),
    );

    app.get<{ Params: Static<typeof Version>; Querystring: Static<typeof EvidenceQuery> }>(
      '/models/:model/versions/:version/evidence',
      {
        config: { policy: 'versions.read' },
        schema: { params: Version, querystring: EvidenceQuery, response: { 200: Shown } },
      },
      async (request) => {
        const row = await versions.get(request.params.model, request.params.version);
        const evidence = await evidenceOf(database, row, request.query.use);
        const shadow = allows('shadows.read', request.actor) ? await recordOf(database, row) : null;
        const rule = await approvalRule(database, row, request.actor);
        return { evidence, card: await versionCard({ database, objects }, row), rule, shadow };
      },
    );

    app.get<{ Params: Static<typeof Version> }>(
      '/models/:model/versions/:version/departure',
      { config: { policy: 'versions.read' }, schema: { params: Version, response: { 200: Departure } } },
      async (request) => departureOf(database, await versions.get(request.params.model, request.params.version)),
    );

    app.get(
      '/approvals',
      { config: { policy: 'versions.read' }, schema: { response: { 200: Type.Array(ApprovalInfo) } } },
      () => versions.approvals(),
    );

    app.post<{ Params: Static<typeof Version>; Body: Change }>(
      '/models/:model/versions/:version/stage',
      {
        config: { policy: 'versions.approve' },
        schema: { params: Version, body: StageChange, response: { 200: VersionInfo } },
      },
      async (request) =>
        approvals.changeStage(request.params.model, request.params.version, request.body, request.actor),
    );

    app.post<{ Params: Static<typeof Model>; Body: RollBack }>(
      '/models/:model/rollback',
      {
        config: { policy: 'versions.approve' },
        schema: { params: Model, body: RollBack, response: { 200: VersionInfo } },
      },
      async (request) => approvals.rollBack(request.params.model, request.body, request.actor),
    );

    app.get<{ Params: Static<typeof Version> }>(
      '/models/:model/versions/:version/weights',
      { config: { policy: 'versions.read' }, schema: { params: Version } },
      async (request, reply) => {
        const { weights_digest: digest } = await versions.get(request.params.model, request.params.version);
        return reply
          .type('application/octet-stream')
          .header('etag', `"${digest}"`)
          .send(await objects.read(digest));
      },
    );

    app.get<{ Params: Static<typeof Version> }>(
      '/models/:model/versions/:version/record',
      { config: { policy: 'versions.read' }, schema: { params: Version, response: { 200: Type.Unknown() } } },
      async (request) => (await versions.get(request.params.model, request.params.version)).record,
    );

    app.get<{ Params: Static<typeof RevisionFile> }>(
      '/models/:model/revisions/:digest/files/*',
      { config: { policy: 'versions.read' }, schema: { params: RevisionFile } },
      async (request, reply) => {
        const { model, digest, '*': path } = request.params;
        const file = (await findRevision(database, model, digest))?.files.find((one) => one.path === path);
        if (file === undefined) {
          throw new CairnError('not-found', `There is no file ${path} in that revision of ${model}.`, { where: path });
        }
        // As plain bytes: what a package brings must not run as a page of this gateway.
        return reply
          .type('application/octet-stream')
          .header('etag', `"${file.digest}"`)
          .send(await objects.read(file.digest));
      },
    );
    done();
  };
}
