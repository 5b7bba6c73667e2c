import type { VersionCard } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

interface Side {
  /** MODEL/NUMBER */
  version: string;
  card: VersionCard;
}

/** Pictures of a version's work, each beside that of the same name of the version that answers now. */
export function PicturePairs({ candidate, production }: { candidate: Side; production: Side | undefined }) {
  const { say } = useWords();
  const { pictures } = candidate.card;
  if (pictures.length === 0) return <p>{say('evidence.noPictures')}</p>;
  return pictures.map(({ title, href }) => {
    const other = production?.card.pictures.find((one) => one.title === title);
    const name = title.replace(/\.[^.]+$/, '');
    return (
      <div key={href} className="picture-pair">
        <Picture version={candidate.version} name={name} href={href} />
        {other === undefined || production === undefined ? null : (
          <Picture version={production.version} name={name} href={other.href} />
        )}
      </div>
    );
  });
}

function Picture({ version, name, href }: { version: string; name: string; href: string }) {
  const { say } = useWords();
  return (
    <figure>
      <a href={href} target="_blank" rel="noreferrer">
        <img src={href} alt={say('evidence.picture', { name, version })} loading="lazy" />
      </a>
      <figcaption className="quiet small">
        <bdi>{version}</bdi>
      </figcaption>
    </figure>
  );
}
