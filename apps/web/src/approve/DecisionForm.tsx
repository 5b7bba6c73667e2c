import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useId, useState } from 'react';
import type { DeclaredUse, Departure, Evidence, Shown } from '@cairn/contracts';
import type { ModelChoice } from '../catalog/models.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { setQuery } from '../route/use-location.ts';
import { Problem } from '../shell/Problem.tsx';
import { type Decision, decisionsOn, isApproval, isReason } from './decisions.ts';
import { Effect } from './Effect.tsx';
import { RuleWords } from './RuleWords.tsx';

const uses: readonly DeclaredUse[] = ['relief', 'open', 'own'];

interface Props {
  version: ModelChoice;
  shown: Shown;
  departure: Departure;
}

/** What is decided about a version, with what it changes and the reason in the decider's own words. */
export function DecisionForm({ version, shown, departure }: Props) {
  const { say } = useWords();
  const { evidence, rule } = shown;
  const queries = useQueryClient();
  const ids = useId();
  const decisions = decisionsOn({ stage: evidence.stage, departure });
  const [wanted, setWanted] = useState<Decision>();
  const [reason, setReason] = useState('');
  const [makeDefault, setMakeDefault] = useState(false);
  const [agreed, setAgreed] = useState(false);
  const [faults, setFaults] = useState<'reason' | 'agreed'>();
  const decision = decisions.find((one) => one === wanted) ?? decisions[0];
  const done = useMutation({
    mutationFn: (chosen: Decision) => act(chosen),
    onSuccess: async () => {
      setReason('');
      setAgreed(false);
      setWanted(undefined);
      await Promise.all(
        ['models', 'evidence', 'departure'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      );
    },
  });
  const told = done.isSuccess ? (
    <p className="seal good" role="status">
      {say(`decided.${done.variables}`, { version: version.id })}
    </p>
  ) : null;
  if (decision === undefined)
    return (
      <>
        {told}
        <p>{say('decide.final')}</p>
      </>
    );
  if (rule === 'not-approver') return <RuleWords rule={rule} author={evidence.author} />;
  const needsOwn = isApproval(decision) && rule === 'own';
  const needsAgreement = decision === 'revoke' || (decision === 'approve' && needsOwn);
  const forbidden = decision === 'approve' && (rule === 'second-person' || conflictsOf(evidence).length > 0);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fault = !isReason(reason) ? 'reason' : needsAgreement && !agreed ? 'agreed' : undefined;
    setFaults(fault);
    if (fault === undefined) done.mutate(decision);
    else document.getElementById(`${ids}-${fault}`)?.focus();
  };
  return (
    <form onSubmit={submit} className="form decide" noValidate>
      {told}
      <fieldset>
        <legend>{say('decide.what')}</legend>
        {decisions.map((one) => (
          <label key={one} className="choice">
            <input
              type="radio"
              name={`${ids}-decision`}
              checked={one === decision}
              onChange={() => {
                setWanted(one);
                setAgreed(false);
                setFaults(undefined);
                done.reset();
              }}
            />
            {say(one === 'approve' && evidence.stage === 'archived' ? 'decide.bring-back' : `decide.${one}`)}
          </label>
        ))}
      </fieldset>
      <Effect decision={decision} departure={departure} makeDefault={makeDefault} />
      {decision === 'approve' ? (
        <>
          <RuleWords rule={rule} author={evidence.author} />
          <label>
            {say('decide.use')}
            <select value={evidence.use} onChange={(event) => setQuery({ use: event.target.value })}>
              {uses.map((use) => (
                <option key={use} value={use}>
                  {say(`use.${use}`)}
                </option>
              ))}
            </select>
          </label>
          {departure.answers.now === null ? null : (
            <label className="choice">
              <input type="checkbox" checked={makeDefault} onChange={(event) => setMakeDefault(event.target.checked)} />
              {say('decide.makeDefault', { version: departure.answers.now })}
            </label>
          )}
        </>
      ) : null}
      <label>
        {say('decide.reason')}
        <textarea
          id={`${ids}-reason`}
          rows={4}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          aria-invalid={faults === 'reason'}
          aria-describedby={`${ids}-reason-help${faults === 'reason' ? ` ${ids}-reason-fault` : ''}`}
        />
        <span id={`${ids}-reason-help`} className="quiet small">
          {say('decide.reasonHelp')}
        </span>
        {faults === 'reason' ? (
          <span id={`${ids}-reason-fault`} className="fault">
            {say('decide.reasonMissing')}
          </span>
        ) : null}
      </label>
      {needsAgreement ? (
        <label className="choice">
          <input
            id={`${ids}-agreed`}
            type="checkbox"
            checked={agreed}
            onChange={(event) => setAgreed(event.target.checked)}
            aria-invalid={faults === 'agreed'}
            aria-describedby={faults === 'agreed' ? `${ids}-agreed-fault` : undefined}
          />
          {say(decision === 'revoke' ? 'decide.agreeFinal' : 'decide.agreeOwn')}
        </label>
      ) : null}
      {faults === 'agreed' ? (
        <span id={`${ids}-agreed-fault`} className="fault">
          {say('decide.agreeMissing')}
        </span>
      ) : null}
      {done.isError ? <Problem error={done.error} /> : null}
      <button className={decision === 'revoke' ? 'button grave' : 'button'} disabled={forbidden || done.isPending}>
        {say(done.isPending ? 'decide.waiting' : `decide.do-${decision}`)}
      </button>
      {forbidden && rule !== 'second-person' ? <p className="fault">{say('decide.conflict')}</p> : null}
    </form>
  );

  async function act(chosen: Decision): Promise<void> {
    const { model, version: number } = version;
    switch (chosen) {
      case 'approve':
        await gateway.changeStage(model, number, {
          to: 'production',
          reason,
          approveOwn: needsOwn,
          use: evidence.use,
          // What was shown is what is approved: the receipt names it by its digest.
          evidence: evidence.digest,
          makeDefault,
        });
        return;
      case 'default':
        await gateway.changeStage(model, number, { to: 'production', reason, makeDefault: true });
        return;
      case 'roll-back':
        await gateway.rollBack(model, { reason, approveOwn: needsOwn });
        return;
      case 'revoke':
        await gateway.revoke({ kind: 'version', id: version.id, reason });
        return;
      default:
        await gateway.changeStage(model, number, { to: chosen === 'try' ? 'staging' : 'archived', reason });
    }
  }
}

function conflictsOf({ licences }: Evidence): string[] {
  return licences.flatMap(({ conflicts }) => conflicts);
}
