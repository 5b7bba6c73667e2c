import { CairnError } from '@cairn/contracts';

const exceptions = 'http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0';

/** There is no such process, as OGC API - Processes names it. */
export function noSuchProcess(id: string): CairnError {
  return new CairnError('not-found', `There is no process ${id}.`, {
    type: `${exceptions}/no-such-process`,
    where: id,
    action: 'Ask for /processes to see them.',
  });
}

/** There is no such job, as OGC API - Processes names it. */
export function noSuchJob(id: string): CairnError {
  return new CairnError('not-found', `There is no job ${id}.`, {
    type: `${exceptions}/no-such-job`,
    where: id,
    action: 'Ask for /jobs to see the jobs.',
  });
}

/** The job has no result yet, as OGC API - Processes names it. */
export function resultNotReady({ id, status }: { id: string; status: string }): CairnError {
  return new CairnError('not-found', `The job ${id} has no result yet: it is ${status}.`, {
    type: `${exceptions}/result-not-ready`,
    where: id,
    action: `Ask for /jobs/${id} until it is successful.`,
  });
}
