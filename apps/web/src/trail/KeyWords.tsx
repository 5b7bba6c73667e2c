import { useWords } from '../language/words.ts';

interface Props {
  /** Id of the key that was checked with: SHA-256 of the public key, hexadecimal. */
  keyid: string | undefined;
  /** Whether it is the key of the Cairn that the page came from, rather than one that the reader gave. */
  isOwn: boolean;
}

/** Whose key the checks stand on, and why it may be trusted. */
export function KeyWords({ keyid, isOwn }: Props) {
  const { say } = useWords();
  const parts = keyid?.slice(0, 16).match(/.{4}/g)?.join(' ');
  return (
    <section className="key-words">
      <h2>{say('key.title')}</h2>
      <p>{say(parts === undefined ? 'key.none' : isOwn ? 'key.own' : 'key.given')}</p>
      {parts === undefined ? null : (
        <p>
          {say('key.print')} <code dir="ltr">{parts}</code>
        </p>
      )}
      <p className="quiet small">{say('key.compare')}</p>
    </section>
  );
}
