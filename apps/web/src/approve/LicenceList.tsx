import type { Evidence } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

/** What the licences of weights and data say to the use that the results are for. */
export function LicenceList({ licences }: { licences: Evidence['licences'] }) {
  const { say } = useWords();
  return (
    <ul className="licences">
      {licences.map(({ of, title, licence, conflicts, unknown }) => (
        <li key={of}>
          <p>
            <strong>{say(`licence.${of}`)}</strong> <bdi>{title}</bdi>: <bdi>{licence}</bdi>
          </p>
          {conflicts.map((conflict) => (
            <p key={conflict} className="seal bad">
              {say('licence.conflict')}{' '}
              <span lang="en" dir="auto">
                {conflict}
              </span>
            </p>
          ))}
          {unknown.length === 0 ? null : (
            <p className="seal tag-warn">{say('licence.unknown', { parts: unknown.join(', ') })}</p>
          )}
          {conflicts.length + unknown.length === 0 ? <p className="quiet small">{say('licence.fits')}</p> : null}
        </li>
      ))}
    </ul>
  );
}
