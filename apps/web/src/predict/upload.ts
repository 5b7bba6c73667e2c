import { CairnError, type Problem, type Uploaded } from '@cairn/contracts';

/**
 * Uploads a file and tells how much of it has gone, as a share of 0..1; `fetch` does not tell that.
 * @throws CairnError of the gateway's problem, or `gateway-unreachable`
 */
export function uploadFile(file: File, onShare: (share: number) => void, signal: AbortSignal): Promise<Uploaded> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/uploads');
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onShare(total === 0 ? 0 : loaded / total);
    request.onload = () => {
      if (request.status < 300) done(JSON.parse(request.responseText) as Uploaded);
      else fail(problemOf(request));
    };
    request.onerror = () =>
      fail(
        new CairnError('gateway-unreachable', 'The upload was cut off.', {
          action: 'Look at the connection and try again.',
        }),
      );
    request.onabort = () => fail(signal.reason as Error);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

function problemOf({ status, responseText }: XMLHttpRequest): CairnError {
  try {
    return CairnError.of(JSON.parse(responseText) as Problem);
  } catch {
    return new CairnError('internal', `The gateway answered ${status}.`);
  }
}
