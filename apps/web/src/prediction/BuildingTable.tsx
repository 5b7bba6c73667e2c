import { type KeyboardEvent, useEffect, useEffectEvent, useId, useMemo, useRef, useState } from 'react';
import type { FoundFeature } from '@cairn/contracts';
import { useWords } from '../language/words.ts';
import { binColour, binOf } from '../map/confidence.ts';
import type { Columns } from './columns.ts';
import { type Order, ordered, type SortKey, sortKeys } from './order.ts';
import type { Said } from './use-reviews.ts';
import './table.css';

const marks = { accepted: '✓', rejected: '✗', fixed: '✎' } as const;

interface Props {
  buildings: readonly FoundFeature[];
  columns: Columns;
  /** The places of what is shown. */
  places: Uint32Array;
  reviews: ReadonlyMap<string, Said>;
  order: Order;
  onOrder: (order: Order) => void;
  /** Place of the building that is spoken of. */
  chosen: number | undefined;
  onChoose: (place: number) => void;
  /** Go to it on the map. */
  onGo: (place: number) => void;
}

/** In pixels; a touch has to hit it. */
const rowHeight = 34;
const rowsShown = 9;
/** Rows that are there above and below what is seen, so that scrolling finds them. */
const ahead = 5;

/** The buildings that the map shows, as a table. However many they are, only the rows that are seen are there. */
export function BuildingTable({ buildings, columns, places, reviews, order, onOrder, chosen, onChoose, onGo }: Props) {
  const { say, formats } = useWords();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  const rows = useMemo(() => ordered(places, order, columns), [places, order, columns]);
  const at = chosen === undefined ? -1 : rows.indexOf(chosen);
  const follow = useEffectEvent(() => {
    if (box.current !== null && at >= 0) scrollTo(box.current, at);
  });
  useEffect(() => follow(), [chosen, order]);
  const from = Math.max(0, Math.min(first, rows.length - rowsShown) - ahead);
  const seen = rows.subarray(from, from + rowsShown + 2 * ahead);
  const rowId = (place: number): string => `${id}-${place}`;
  const inView = at >= from && at < from + seen.length;
  return (
    <section>
      <h2 id={`${id}-title`}>{say('table.title')}</h2>
      <div
        ref={box}
        className="table"
        role="grid"
        tabIndex={0}
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-keys`}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={inView ? rowId(chosen!) : undefined}
        style={{ blockSize: `${rowHeight * (Math.min(rowsShown, Math.max(1, rows.length)) + 1) + 2}px` }}
        onScroll={(event) => setFirst(Math.floor(event.currentTarget.scrollTop / rowHeight))}
        onKeyDown={onKey}
      >
        <div role="row" aria-rowindex={1} className="table-head">
          {sortKeys.map((key) => (
            <span key={key} role="columnheader" aria-sort={sortOf(key)} className={key === 'id' ? '' : 'number'}>
              <button onClick={() => onOrder({ by: key, descending: order.by === key && !order.descending })}>
                {say(`table.${key}`)}
                <span aria-hidden="true">{order.by === key ? (order.descending ? ' ↓' : ' ↑') : ''}</span>
              </button>
            </span>
          ))}
        </div>
        <div role="rowgroup" className="table-body" style={{ blockSize: `${rows.length * rowHeight}px` }}>
          {Array.from(seen, (place, i) => (
            <div
              key={place}
              id={rowId(place)}
              role="row"
              aria-rowindex={from + i + 2}
              aria-selected={place === chosen}
              className="table-row"
              style={{ insetBlockStart: `${(from + i) * rowHeight}px` }}
              onClick={() => {
                onChoose(place);
                onGo(place);
              }}
            >
              <span role="gridcell">
                <span
                  className="swatch"
                  style={{ background: binColour(binOf(columns.confidence[place]!)) }}
                  aria-hidden="true"
                />
                <code>{buildings[place]!.id.slice(0, 7)}</code>
                <Mark said={reviews.get(buildings[place]!.id)} />
              </span>
              <span role="gridcell" className="number">
                {formats.m2(columns.area[place]!)}
              </span>
              <span role="gridcell" className="number">
                {formats.percent(columns.confidence[place]!)}
              </span>
            </div>
          ))}
        </div>
      </div>
      <p id={`${id}-keys`} className="quiet small">
        {say(rows.length === 0 ? 'table.none' : 'table.keys')}
      </p>
    </section>
  );

  function sortOf(key: SortKey): 'ascending' | 'descending' | 'none' {
    if (order.by !== key) return 'none';
    return order.descending ? 'descending' : 'ascending';
  }

  function onKey(event: KeyboardEvent<HTMLDivElement>): void {
    // The buttons of the head have keys of their own.
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter' && chosen !== undefined) onGo(chosen);
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: rowsShown,
      PageUp: -rowsShown,
      Home: -Infinity,
      End: Infinity,
    };
    const step = steps[event.key as keyof typeof steps] as number | undefined;
    if (step === undefined || rows.length === 0) return;
    event.preventDefault();
    const next = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step));
    onChoose(rows[next]!);
  }
}

/** What was said of a building. */
function Mark({ said }: { said: Said | undefined }) {
  const { say } = useWords();
  if (said === undefined) return null;
  const words = say(`reviewed.${said.verdict}`);
  return (
    <span className={`table-mark ${said.verdict}`} role="img" aria-label={words} title={words}>
      {marks[said.verdict]}
    </span>
  );
}

/** Scrolls a row into what is seen below the head. */
function scrollTo(box: HTMLDivElement, row: number): void {
  const [top, end] = [row * rowHeight, (row + 1) * rowHeight];
  const seen = box.clientHeight - rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (end > box.scrollTop + seen) box.scrollTop = end - seen;
}
