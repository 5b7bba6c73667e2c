import { randomUUID } from 'node:crypto';
import { CairnError, type Problem } from '@cairn/contracts';
import type { FastifyReply } from 'fastify';
import type { Job } from './job.ts';

/** How a requester wants the result: which outputs, and whether as one JSON document or each as it is. */
export interface Answer {
  response?: 'raw' | 'document';
  outputs?: string[];
}

/** The outputs that were asked for, by name, as one document (OGC API - Processes 1.0, results). */
export function documentOf({ result, answer }: Pick<Job, 'result' | 'answer'>): Record<string, unknown> {
  if (result === null || answer.outputs === undefined) return result ?? {};
  return Object.fromEntries(
    answer.outputs.filter((name) => Object.hasOwn(result, name)).map((name) => [name, result[name]]),
  );
}

/**
 * Answers what a job that has ended left: its outputs, or the problem that ended it.
 * @throws CairnError `cancelled`
 */
export function sendResult(reply: FastifyReply, job: Job): FastifyReply {
  if (job.problem !== null) return sendProblem(reply, job.problem);
  if (job.result === null) throw new CairnError('cancelled', `The job ${job.id} was cancelled.`);
  const document = documentOf(job);
  return job.answer.response === 'raw' ? sendRaw(reply, document) : reply.send(document);
}

/** Each output as it is: one alone as the body, several as the parts of one. */
function sendRaw(reply: FastifyReply, document: Record<string, unknown>): FastifyReply {
  const outputs = Object.entries(document);
  if (outputs.length === 0) return reply.code(204).send();
  const [only] = outputs;
  if (outputs.length === 1) {
    const { type, body } = encoded(only![1]);
    return reply.type(type).send(body);
  }
  const boundary = randomUUID();
  const parts = outputs.map(([name, value]) => {
    const { type, body } = encoded(value);
    return `--${boundary}\r\nContent-Type: ${type}\r\nContent-ID: <${name}>\r\n\r\n${body}\r\n`;
  });
  return reply.type(`multipart/related; boundary=${boundary}`).send(`${parts.join('')}--${boundary}--\r\n`);
}

function encoded(value: unknown): { type: string; body: string } {
  if (typeof value === 'string') return { type: 'text/plain; charset=utf-8', body: value };
  return { type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}
