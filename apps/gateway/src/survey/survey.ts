import { CairnError, type SurveyFinding, type SurveyReport } from '@cairn/contracts';
import type { Database } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';
import type { Check, Finding } from './finding.ts';

/**
 * The consistency survey: whether jobs, catalogue, registry, stored bytes and receipts fit each other. What is left over
 * and what can be derived again is mended when asked; everything else is told with what to do. It may run beside jobs: what
 * belongs to one that is not finished is no finding.
 */
export class Survey {
  readonly #database: Database;
  readonly #checks: readonly Check[];
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: { database: Database; checks: readonly Check[] }) {
    this.#database = options.database;
    this.#checks = options.checks;
  }

  /** Looks and changes nothing. */
  async look(deep: boolean): Promise<SurveyReport> {
    return this.#report(deep, (check, finding) => Promise.resolve(told(check, finding, false)));
  }

  /** Looks and mends; one at a time. */
  async repair(deep: boolean, actor: Actor): Promise<SurveyReport> {
    const mine = this.#last.then(() => this.#report(deep, (check, finding) => this.#mended(check, finding, actor)));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #report(
    deep: boolean,
    each: (check: Check, finding: Finding) => Promise<SurveyFinding>,
  ): Promise<SurveyReport> {
    const findings: SurveyFinding[] = [];
    for (const check of this.#checks) {
      for (const finding of await found(check, deep)) findings.push(await each(check, finding));
    }
    const checks = this.#checks.map(({ name }) => name);
    return { ok: findings.every(({ repaired }) => repaired), deep, checks, findings };
  }

  async #mended(check: Check, finding: Finding, actor: Actor): Promise<SurveyFinding> {
    if (!isRepairable(finding)) return told(check, finding, false);
    const { what, where, mend, change } = finding;
    try {
      await mend?.();
      await this.#database.transaction(async (tx) => {
        await change?.(tx);
        await recordEvent(tx, actor, { kind: 'state.repaired', subject: where, data: { check: check.name, what } });
      });
      return told(check, finding, true);
    } catch (error) {
      return { ...told(check, finding, false), trouble: wordsOf(error) };
    }
  }
}

/** What a check finds; one that cannot look is itself a finding. */
async function found(check: Check, deep: boolean): Promise<Finding[]> {
  try {
    return await check.look(deep);
  } catch (error) {
    const more = error instanceof CairnError ? error.more : {};
    return [
      {
        what: `It could not be looked at: ${wordsOf(error)}`,
        where: more.where ?? check.name,
        action: more.action ?? 'Look at the log of the gateway (CAIRN_LOG_TO says where it is), and try again.',
      },
    ];
  }
}

function isRepairable({ mend, change }: Finding): boolean {
  return mend !== undefined || change !== undefined;
}

function told(check: Check, finding: Finding, repaired: boolean): SurveyFinding {
  const { what, where, action } = finding;
  return { check: check.name, what, where, action, repairable: isRepairable(finding), repaired };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
