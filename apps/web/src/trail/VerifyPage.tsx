import { useState } from 'react';
import { DropZone } from 'react-aria-components';
import { useWords } from '../language/words.ts';
import { useSession } from '../session/session.ts';
import { FileButton } from '../shell/FileButton.tsx';
import { Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { useTitle } from '../shell/use-title.ts';
import { giveFile, useDroppedFile } from './dropped-file.ts';
import { KeyWords } from './KeyWords.tsx';
import { Revocations } from './Revocations.tsx';
import { TrailSteps } from './TrailSteps.tsx';
import { useOwnKey, useVerdict } from './use-verdict.ts';
import { Verdict } from './Verdict.tsx';
import './trail.css';

/** A file larger than this does not fit a text of the browser, in bytes; `cairn verify` has no such limit. */
const largest = 400e6;

/** Checks a file that somebody has, in the browser alone: with no account, no request, and no line. */
export default function VerifyPage() {
  const { say } = useWords();
  useTitle(say('verify.title'));
  const dropped = useDroppedFile();
  const [given, setGiven] = useState<{ name: string; pem: string }>();
  return (
    <main id="main" tabIndex={-1} className="list trail-page">
      <h1>{say('verify.title')}</h1>
      <p className="lead">{say('verify.lead')}</p>
      <DropZone
        className="drop"
        aria-label={say('verify.drop')}
        onDrop={({ items }) => {
          const file = items.find((item) => item.kind === 'file');
          void file?.getFile().then(giveFile);
        }}
      >
        <p>{dropped === undefined ? say('verify.drop') : <strong dir="auto">{dropped.file.name}</strong>}</p>
        <FileButton
          className="button plain file"
          words={say(dropped === undefined ? 'verify.choose' : 'verify.chooseOther')}
          accept=".geojson,.json,application/geo+json,application/json"
          onFile={giveFile}
        />
      </DropZone>
      {dropped === undefined ? null : <Checked key={dropped.number} {...dropped} given={given} />}
      <section>
        <h2>{say('verify.otherKey')}</h2>
        <p>{given === undefined ? say('verify.otherKeyLead') : say('verify.otherKeyGiven', { name: given.name })}</p>
        <div className="choices">
          <FileButton
            words={say('verify.chooseKey')}
            accept=".pub,.pem"
            onFile={(file) => void file.text().then((pem) => setGiven({ name: file.name, pem }))}
          />
          {given === undefined ? null : (
            <button className="button plain small" onClick={() => setGiven(undefined)}>
              {say('verify.ownKey')}
            </button>
          )}
        </div>
      </section>
    </main>
  );
}

interface CheckedProps {
  number: number;
  file: File;
  given: { pem: string } | undefined;
}

function Checked({ number, file, given }: CheckedProps) {
  const { say } = useWords();
  const own = useOwnKey();
  const session = useSession();
  const isOther = otherFormat.test(file.name);
  const isTooLarge = file.size > largest;
  // Where this Cairn's key could not be had, the file is checked as far as it can be without one.
  const key = given?.pem ?? own.data ?? (own.isError ? undefined : null);
  const verdict = useVerdict(`${number} ${file.name}`, isOther || isTooLarge ? undefined : file, key);
  if (isOther || isTooLarge) {
    return <p className="seal tag-warn">{say(isOther ? 'verify.otherFormat' : 'verify.tooLarge')}</p>;
  }
  if (verdict.error !== null) return <Problem error={verdict.error} retry={() => void verdict.refetch()} />;
  if (verdict.data === undefined) return <Waiting words={say('trail.wait')} />;
  const isOwn = given === undefined;
  return (
    <section aria-label={say('trail.title')}>
      <Verdict verdict={verdict.data} />
      {verdict.data.facts.length === 0 ? null : (
        <>
          <TrailSteps
            verdict={verdict.data}
            isOwn={isOwn && (session.data ?? null) !== null && isSigned(verdict.data)}
          />
          {isOwn ? <Revocations verdict={verdict.data} /> : null}
        </>
      )}
      <KeyWords keyid={verdict.data.keyid} isOwn={isOwn} />
    </section>
  );
}

/** Files that are no GeoJSON, by their endings: exports carry the receipt too, but only `cairn verify` reads them. */
const otherFormat = /\.(gpkg|fgb|parquet|osm|geojsons|tiff?|zip|shp|png|jpe?g|pdf)$/i;

function isSigned({ checks }: { checks: readonly { name: string; ok: boolean }[] }): boolean {
  return checks.some(({ name, ok }) => name === 'key' && ok);
}
