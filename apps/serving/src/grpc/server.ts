import { fileURLToPath } from 'node:url';
import {
  loadPackageDefinition,
  logVerbosity,
  Metadata,
  Server,
  ServerCredentials,
  setLogVerbosity,
  status,
  type GrpcObject,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceClientConstructor,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { CairnError, errorCodes } from '@cairn/contracts';
import type { GraphNode } from '../node.ts';
import { answerOf, demandModel, modelMetadata, serverMetadata } from '../protocol/model.ts';
import { readModelInfer, writeModelInfer, type ModelInferRequest, type ModelInferResponse } from './messages.ts';

/** As the body by REST. */
const mostBytes = 256 * 1024 * 1024;

/** The service of the Open Inference Protocol v2, read from its definition. */
export function inferenceService(): ServiceDefinition {
  const definition = loadSync(fileURLToPath(new URL('open-inference.proto', import.meta.url)), {
    keepCase: true,
    longs: Number,
    defaults: true,
    oneofs: false,
  });
  const { GRPCInferenceService } = loadPackageDefinition(definition)['inference'] as GrpcObject;
  return (GRPCInferenceService as ServiceClientConstructor).service;
}

/** A gRPC server that listens. */
export interface GrpcServer {
  /** As `127.0.0.1:40123`. */
  address: string;
  /** Answers what it has begun, and ends. */
  close(): Promise<void>;
}

/**
 * Serves one node by gRPC, without TLS: inside a pod, or on this machine.
 * @throws Error where the port cannot be had
 */
export async function listenGrpc(node: GraphNode, host: string, port: number): Promise<GrpcServer> {
  // Standard error carries problem details alone.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    'grpc.max_receive_message_length': mostBytes,
    'grpc.max_send_message_length': mostBytes,
  });
  server.addService(inferenceService(), {
    ServerLive: answering(() => ({ live: true })),
    ServerReady: answering(() => ({ ready: true })),
    ServerMetadata: answering(() => serverMetadata),
    ModelReady: answering((asked: NamedModel) => {
      demandModel(node, refOf(asked.name, asked.version));
      return { ready: true };
    }),
    ModelMetadata: answering((asked: NamedModel) => modelMetadata(node, refOf(asked.name, asked.version))),
    ModelInfer: answering(async (asked: ModelInferRequest): Promise<ModelInferResponse> => {
      const ref = refOf(asked.model_name, asked.model_version);
      return writeModelInfer(await answerOf(node, ref, readModelInfer(asked)));
    }),
  });
  const shown = host.includes(':') ? `[${host}]` : host;
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${shown}:${port}`, ServerCredentials.createInsecure(), (error, found) => {
      if (error === null) resolve(found);
      else reject(error);
    });
  });
  return {
    address: `${shown}:${bound}`,
    close: () => new Promise((resolve) => server.tryShutdown(() => resolve())),
  };
}

interface NamedModel {
  name: string;
  version: string;
}

/** An empty version is none in Protocol Buffers. */
function refOf(name: string, version: string): { name: string; version?: string } {
  return version === '' ? { name } : { name, version };
}

function answering<Asked, Answer>(
  answer: (asked: Asked) => Answer | Promise<Answer>,
): (call: ServerUnaryCall<Asked, Answer>, reply: sendUnaryData<Answer>) => void {
  return ({ request }, reply) => {
    Promise.resolve()
      .then(() => answer(request))
      .then(
        (answered) => reply(null, answered),
        (thrown: unknown) => reply(asStatus(thrown)),
      );
  };
}

/** The status of an error; `cairn-code` in the metadata names its code of the table. */
function asStatus(thrown: unknown): { code: status; details: string; metadata: Metadata } {
  const error = thrown instanceof CairnError ? thrown : new CairnError('internal', String(thrown), { cause: thrown });
  const metadata = new Metadata();
  metadata.set('cairn-code', error.code);
  return { code: statusOf(errorCodes[error.code].status), details: error.message, metadata };
}

function statusOf(http: number): status {
  if (http === 404) return status.NOT_FOUND;
  if (http === 413) return status.RESOURCE_EXHAUSTED;
  if (http === 503) return status.UNAVAILABLE;
  return http < 500 ? status.INVALID_ARGUMENT : status.INTERNAL;
}
