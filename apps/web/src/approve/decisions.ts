import type { Departure, Stage } from '@cairn/contracts';

/** What can be decided about a version. */
export type Decision = 'approve' | 'try' | 'default' | 'reject' | 'roll-back' | 'lay-aside' | 'revoke';

/** What of a version's state tells what can be decided about it. */
export interface Standing {
  stage: Stage;
  /** What would follow if it left production. */
  departure: Departure;
}

/** What can be decided about a version now, the likeliest first; none where it was taken back, which is final. */
export function decisionsOn({ stage, departure: { version, answers, backTo } }: Standing): Decision[] {
  switch (stage) {
    case 'candidate':
      return ['approve', 'try', 'reject', 'revoke'];
    case 'staging':
      return ['approve', 'reject', 'revoke'];
    case 'production':
      return [
        ...(backTo === null ? [] : ['roll-back' as const]),
        ...(answers.now === version ? [] : ['default' as const]),
        'lay-aside',
        'revoke',
      ];
    case 'archived':
      return ['approve', 'revoke'];
    case 'revoked':
      return [];
  }
}

/** Whether a decision lets a version answer that did not: then who made it may not be the one who decides. */
export function isApproval(decision: Decision): boolean {
  return decision === 'approve' || decision === 'roll-back';
}

/** Whether a reason can be signed: the receipt quotes it. */
export function isReason(text: string): boolean {
  const words = text.trim();
  return words.length >= 3 && text.length <= 2000;
}
