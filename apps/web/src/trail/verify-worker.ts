import { readPublicKey, verifyFeatureCollection } from '@cairn/receipt';
import type { Found, Task } from './verifier.ts';

// Hundreds of signatures and digests take a while: they are checked beside the page, which stays at hand.
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Task>) => void;
  postMessage: (answer: { id: number } & ({ found: Found } | { problem: string })) => void;
};

scope.onmessage = ({ data: { id, content, key } }) => {
  void look(content, key).then(
    (found) => scope.postMessage({ id, found }),
    (problem: unknown) => scope.postMessage({ id, problem: problem instanceof Error ? problem.message : 'unknown' }),
  );
};

async function look(content: Task['content'], key: string | undefined): Promise<Found> {
  const text = typeof content === 'string' ? content : await content.text();
  return { ...verifyFeatureCollection(text, { publicKeyPem: key }), keyid: keyidOf(key) };
}

function keyidOf(pem: string | undefined): string | undefined {
  try {
    return pem === undefined ? undefined : readPublicKey(pem).keyid;
  } catch {
    return undefined;
  }
}
