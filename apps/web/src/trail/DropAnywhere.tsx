import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { useWords } from '../language/words.ts';
import { useIdle } from '../map/use-idle.ts';
import { hrefOf } from '../route/place.ts';
import { go } from '../route/use-location.ts';
import { takesFiles } from '../shell/takes-files.ts';
import { giveFile } from './dropped-file.ts';
import { ownKey } from './use-verdict.ts';
import { verifierReady } from './verifier.ts';
import './drop.css';

/**
 * Takes a file that is dropped anywhere on the application to be checked, unless the place where it falls takes files itself.
 * What the check needs is fetched beforehand, while nothing else is asked for: so a file is checked without any request,
 * and with the line cut too.
 */
export function DropAnywhere({ load }: { load: () => Promise<unknown> }) {
  const { say } = useWords();
  const idle = useIdle();
  const queries = useQueryClient();
  const [over, setOver] = useState(false);
  const [ready, setReady] = useState(false);
  const prepare = useEffectEvent(() => {
    const needed = [load(), verifierReady(), queries.query({ ...ownKey, staleTime: 'static' })];
    // Without a line it is fetched when a file comes, and the page says what it lacks.
    void Promise.all(needed).then(
      () => setReady(true),
      () => undefined,
    );
  });
  useEffect(() => {
    // A telephone has nothing that could be dropped.
    if (idle && matchMedia('(any-hover: hover)').matches) prepare();
  }, [idle]);
  useEffect(() => {
    const holdsFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    // Only a file that may be checked is invited; what another file is, its page tells.
    const holdsImage = (event: DragEvent): boolean =>
      [...(event.dataTransfer?.items ?? [])].some(({ type }) => type.startsWith('image/'));
    const enter = (event: DragEvent): void =>
      setOver(holdsFile(event) && !holdsImage(event) && !takesFiles(event.target));
    const hover = (event: DragEvent): void => {
      if (holdsFile(event) && !event.defaultPrevented) event.preventDefault();
    };
    // The pointer left the window, rather than one part of it for another.
    const leave = (event: DragEvent): void => (event.relatedTarget === null ? setOver(false) : undefined);
    const drop = (event: DragEvent): void => {
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file === undefined || event.defaultPrevented) return;
      // Else the browser would open a file that falls beside the place that takes it, in place of this page.
      event.preventDefault();
      if (takesFiles(event.target)) return;
      giveFile(file);
      go(hrefOf({ page: 'verify' }));
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragover', hover);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragover', hover);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, []);
  return (
    <div className="drop-anywhere" data-ready={ready} hidden={!over} aria-hidden="true">
      <p>{say('verify.dropHere')}</p>
    </div>
  );
}
