import type { ApprovalInfo } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

/** Who let a version answer, when and why. */
export function ApprovalWords({ approval }: { approval: ApprovalInfo | undefined }) {
  const { say, formats } = useWords();
  if (approval === undefined) return <p>{say('card.notApproved')}</p>;
  return (
    <>
      <p>
        {say(approval.approvedOwn ? 'card.approvedOwn' : 'card.approved', {
          name: approval.actor,
          at: formats.moment(approval.at),
        })}
      </p>
      <blockquote dir="auto">{approval.reason}</blockquote>
    </>
  );
}
