import type { Departure } from '@cairn/contracts';
import { useWords } from '../language/words.ts';
import type { Decision } from './decisions.ts';

interface Props {
  decision: Decision;
  departure: Departure;
  /** An approved version is to answer whoever names none. */
  makeDefault: boolean;
}

/** What a decision would change, before it is made: who answers then, and how many results it marks. */
export function Effect({ decision, departure, makeDefault }: Props) {
  const { say } = useWords();
  const lines = effectLines();
  return (
    <div className={decision === 'revoke' ? 'effect grave' : 'effect'} role="status">
      <h3>{say('effect.title')}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );

  function effectLines(): string[] {
    const { version, predictions, answers, backTo } = departure;
    const then = (id: string | null): string =>
      id === null
        ? say('effect.nobody')
        : id === answers.now
          ? say('effect.stays', { version: id })
          : say('effect.answers', { version: id });
    const kept = say('effect.kept', { count: predictions });
    switch (decision) {
      case 'approve':
        return [say('effect.mayAnswer', { version }), then(makeDefault ? version : (answers.now ?? version))];
      case 'try':
        return [say('effect.tried', { version })];
      case 'default':
        return [then(version)];
      case 'reject':
        return [say('effect.rejected', { version })];
      case 'roll-back':
        return [say('effect.laidAside', { version }), then(backTo), kept];
      case 'lay-aside':
        return [say('effect.laidAside', { version }), then(answers.after), kept];
      case 'revoke':
        return [say('effect.marked', { count: predictions }), then(answers.after), say('effect.final')];
    }
  }
}
