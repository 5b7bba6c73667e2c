import { useWords } from '../language/words.ts';
import { downloadFormats, downloadHref } from './predictions.ts';

/** The buildings as files for other programs, each with the receipt in or beside it. */
export function Downloads({ id }: { id: string }) {
  const { say } = useWords();
  const [first, ...others] = downloadFormats;
  return (
    <section className="downloads" aria-label={say('download.title')}>
      <a className="button" href={downloadHref(id, first)} download="buildings.geojson">
        {say('download.geojson')}
      </a>
      <details>
        <summary>{say('download.others')}</summary>
        <ul>
          {others.map((format) => (
            <li key={format}>
              <a href={downloadHref(id, format)} download>
                {say(`download.${format}`)}
              </a>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
