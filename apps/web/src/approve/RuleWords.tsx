import type { ApprovalRule } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

/** Who may approve a version, and why: whoever made it does not judge it, where there is anybody else. */
export function RuleWords({ rule, author }: { rule: ApprovalRule; author: string }) {
  const { say } = useWords();
  const may = rule === 'other' || rule === 'own';
  return <p className={may ? 'seal' : 'seal tag-warn'}>{say(`rule.${rule}`, { author })}</p>;
}
