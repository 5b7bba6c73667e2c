import type { ExampleSet, VersionCard } from '@cairn/contracts';
import type { ModelChoice } from '../catalog/models.ts';
import { useWords } from '../language/words.ts';
import { useSession } from '../session/session.ts';
import { ExampleSets } from './ExampleSets.tsx';
import { MakeExamples } from './MakeExamples.tsx';

interface Props {
  version: ModelChoice;
  card: VersionCard;
  /** Examples of the version that answers now, to stand beside. */
  beside?: readonly ExampleSet[] | undefined;
}

/**
 * The section of a version's examples, with the way to have some drawn for those who may. Where its training left pictures and
 * there is nothing to see or do beside them, there is none.
 */
export function Examples({ version, card: { examples, pictures }, beside }: Props) {
  const { say } = useWords();
  const session = useSession();
  const may = session.data?.roles.some((role) => role === 'scientist' || role === 'approver') ?? false;
  const mayDraw = may && version.stage !== 'revoked';
  if (examples.length === 0 && pictures.length > 0 && !mayDraw) return null;
  return (
    <section>
      <h2>{say('example.title')}</h2>
      {examples.length === 0 && pictures.length === 0 ? <p>{say('example.none')}</p> : null}
      <ExampleSets sets={examples} beside={beside} />
      {mayDraw ? <MakeExamples version={version.id} /> : null}
    </section>
  );
}
