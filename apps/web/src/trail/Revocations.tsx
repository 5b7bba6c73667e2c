import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { revocableDigests } from '@cairn/receipt';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { Problem } from '../shell/Problem.tsx';
import type { Found } from './verifier.ts';

/**
 * Whether something that a file came from was taken back since it was made: a signature does not tell that, and this Cairn has
 * to be asked. `ask` asks at once; else the reader does, since nothing is sent that they do not send.
 */
export function Revocations({ verdict, ask = false }: { verdict: Found; ask?: boolean }) {
  const { say, formats } = useWords();
  const [isAsked, setAsked] = useState(ask);
  const digests = revocableDigests(verdict);
  const told = useQuery({
    queryKey: ['revoked', digests],
    queryFn: () => gateway.revocations(digests),
    enabled: isAsked && digests.length > 0,
    staleTime: 0,
  });
  if (digests.length === 0) return null;
  if (!isAsked) {
    return (
      <p className="small">
        {say('revoked.notAsked')}{' '}
        <button className="link" onClick={() => setAsked(true)}>
          {say('revoked.ask')}
        </button>
      </p>
    );
  }
  if (told.isError) return <Problem error={told.error} retry={() => void told.refetch()} />;
  if (told.data === undefined) return <p role="status">{say('revoked.wait')}</p>;
  if (told.data.length === 0) return <p className="small quiet">{say('revoked.none')}</p>;
  return (
    <div className="seal bad">
      {told.data.map(({ receipt, name, by, at, reason }) => (
        <p key={receipt} dir="auto">
          {say('revoked.told', { thing: name, name: by, at: formats.moment(at), reason })}
        </p>
      ))}
    </div>
  );
}
