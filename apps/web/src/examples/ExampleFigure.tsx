import type { Example } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

interface Props {
  picture: Example;
  /** Of the dataset. */
  title: string;
  /** MODEL/NUMBER, where pictures of several versions stand beside each other. */
  version?: string | undefined;
}

/** One chip with what was found on it, and the counts in words. */
export function ExampleFigure({ picture, title, version }: Props) {
  const { say } = useWords();
  const { href, width, height, hits, misses, inventions, chip } = picture;
  const counts = say('example.counts', { hits, misses, inventions });
  return (
    <figure>
      <a href={href} target="_blank" rel="noreferrer">
        <img
          src={`${href}?width=640`}
          alt={say('example.alt', { title, chip: chip.replace(/^chips\//, ''), counts })}
          width={width}
          height={height}
          loading="lazy"
        />
      </a>
      <figcaption>
        {version === undefined ? null : (
          <>
            <bdi className="quiet small">{version}</bdi>{' '}
          </>
        )}
        {counts}
      </figcaption>
    </figure>
  );
}
