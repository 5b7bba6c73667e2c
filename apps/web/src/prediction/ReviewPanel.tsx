import { useMemo, useRef, useState } from 'react';
import { type FoundFeature, reviewFigures, type Verdict } from '@cairn/contracts';
import type { Outline, OutlineEditor } from '../map/edit.ts';
import type { MessageKey } from '../language/messages.ts';
import { useWords } from '../language/words.ts';
import { Problem } from '../shell/Problem.tsx';
import { ReviewFigures } from './ReviewFigures.tsx';
import { useKeys } from './use-keys.ts';
import type { Said, Saying } from './use-reviews.ts';
import './review.css';

interface Props {
  id: string;
  buildings: readonly FoundFeature[];
  /** The places of the buildings to look at, in the order in which they come; sorted anew at each call. */
  walk: () => Uint32Array;
  chosen: number | undefined;
  onGo: (place: number) => void;
  reviews: ReadonlyMap<string, Said>;
  error: Error | null;
  onSay: (saying: Saying) => void;
  /** Whether an outline is edited on the map, or is about to be. */
  editing: boolean;
  /** What edits it; undefined until that is there. */
  editor: OutlineEditor | undefined;
  onEdit: (outline: Outline | undefined) => void;
}

/** Somebody looks at one building after the other and says what it is, by keys or buttons. */
export function ReviewPanel(props: Props) {
  const { id, buildings, walk, chosen, onGo, reviews, error, onSay, editing, editor, onEdit } = props;
  const { say } = useWords();
  const [on, setOn] = useState(false);
  const section = useRef<HTMLElement>(null);
  const figures = useMemo(() => reviewFigures([...reviews.values()].map(({ verdict }) => verdict)), [reviews]);
  const building = chosen === undefined ? undefined : buildings[chosen];
  const said = building === undefined ? undefined : reviews.get(building.id);

  const step = (by: 1 | -1): void => {
    const places = walk();
    if (places.length === 0) return;
    const at = chosen === undefined ? -1 : places.indexOf(chosen);
    onGo(places[at < 0 ? 0 : (at + by + places.length) % places.length]!);
  };
  /** On to the next that nobody has looked at. */
  const onward = (): void => {
    const places = walk();
    const at = chosen === undefined ? -1 : places.indexOf(chosen);
    const after = [...places.subarray(at + 1), ...places.subarray(0, Math.max(0, at))];
    const next = after.find((place) => !reviews.has(buildings[place]!.id));
    if (next !== undefined) onGo(next);
  };
  const tell = (verdict: Exclude<Verdict, 'fixed'>) => () => {
    if (building === undefined) {
      step(1);
      return;
    }
    onSay({ feature: building.id, change: { verdict } });
    onward();
  };
  const fix = (): void => {
    if (building === undefined) return;
    // Enter then saves, and does not press what the keyboard stood on.
    section.current?.focus({ preventScroll: true });
    onEdit((said?.geometry ?? building.geometry).coordinates[0] as Outline);
  };
  const save = (): void => {
    if (editor === undefined || building === undefined) return;
    const [, ...holes] = (said?.geometry ?? building.geometry).coordinates;
    const geometry = { type: 'Polygon' as const, coordinates: [editor.outline(), ...holes] };
    onSay({ feature: building.id, change: { verdict: 'fixed', geometry } });
    onEdit(undefined);
    onward();
  };
  const undo = (): void => {
    if (building !== undefined && said !== undefined) onSay({ feature: building.id, change: undefined });
  };
  const cancel = (): void => onEdit(undefined);
  // While the editor is on its way, a key that goes on would leave the outline to another building.
  useKeys(on && !editing, {
    j: () => step(1),
    k: () => step(-1),
    a: tell('accepted'),
    r: tell('rejected'),
    e: fix,
    u: undo,
  });
  useKeys(on && editing, {
    ArrowLeft: () => editor?.move(-1, 0),
    ArrowRight: () => editor?.move(1, 0),
    ArrowUp: () => editor?.move(0, -1),
    ArrowDown: () => editor?.move(0, 1),
    n: () => editor?.step(1),
    p: () => editor?.step(-1),
    i: () => editor?.addCorner(),
    d: () => editor?.removeCorner(),
    Enter: save,
    Escape: cancel,
  });
  const key = (letter: string, words: MessageKey, act: () => void, disabled = false) => (
    <button
      className="button plain small"
      aria-keyshortcuts={{ '↵': 'Enter', Esc: 'Escape' }[letter] ?? letter}
      onClick={act}
      disabled={disabled}
    >
      <kbd aria-hidden="true">{letter}</kbd> {say(words)}
    </button>
  );
  const none = building === undefined;
  return (
    <section ref={section} tabIndex={-1} className="review" aria-label={say('review.title')}>
      <h2>{say('review.title')}</h2>
      <ReviewFigures id={id} figures={figures} />
      <button
        className="button plain small"
        aria-pressed={on}
        onClick={() => {
          setOn(!on);
          if (on) onEdit(undefined);
          else if (none) step(1);
        }}
      >
        {say(on ? 'review.stop' : 'review.start')}
      </button>
      {on ? (
        <>
          <p role="status" className="small">
            {say(none ? 'review.none' : said === undefined ? 'review.open' : `reviewed.${said.verdict}`)}
          </p>
          {!editing ? (
            <div className="choices">
              {key('A', 'review.accept', tell('accepted'), none)}
              {key('R', 'review.reject', tell('rejected'), none)}
              {key('E', 'review.fix', fix, none)}
              {key('U', 'review.undo', undo, said === undefined)}
              {key('J', 'review.next', () => step(1))}
              {key('K', 'review.previous', () => step(-1))}
            </div>
          ) : (
            <>
              {editor === undefined ? null : <p className="quiet small">{say('review.edit')}</p>}
              <div className="choices">
                {key('↵', 'review.save', save, editor === undefined)}
                {key('Esc', 'dialog.cancel', cancel)}
              </div>
            </>
          )}
          {error === null ? null : <Problem error={error} />}
        </>
      ) : null}
    </section>
  );
}
