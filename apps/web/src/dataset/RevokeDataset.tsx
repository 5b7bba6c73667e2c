import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useId, useState } from 'react';
import type { RevocationResult } from '@cairn/contracts';
import { isReason } from '../approve/decisions.ts';
import '../approve/approve.css';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { useSession } from '../session/session.ts';
import { Problem } from '../shell/Problem.tsx';

/** Takes a dataset back with all that came of it; what that is, is shown before. */
export function RevokeDataset({ id }: { id: string }) {
  const { say } = useWords();
  const session = useSession();
  const queries = useQueryClient();
  const ids = useId();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const ask = (dryRun: boolean) => gateway.revoke({ kind: 'dataset', id, reason, dryRun });
  const preview = useMutation({ mutationFn: () => ask(true) });
  const done = useMutation({ mutationFn: () => ask(false), onSuccess: () => queries.invalidateQueries() });
  if (!(session.data?.roles.includes('approver') ?? false)) return null;
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fits = isReason(reason);
    setMissing(!fits);
    if (fits) preview.mutate();
    else document.getElementById(`${ids}-reason`)?.focus();
  };
  return (
    <section>
      <details className="whole-card">
        <summary>{say('revokeData.title')}</summary>
        <form className="form" onSubmit={submit} noValidate>
          <label>
            {say('decide.reason')}
            <textarea
              id={`${ids}-reason`}
              rows={3}
              maxLength={2000}
              value={reason}
              aria-invalid={missing}
              aria-describedby={missing ? `${ids}-fault` : undefined}
              onChange={(event) => {
                setReason(event.target.value);
                preview.reset();
              }}
            />
            {missing ? (
              <span id={`${ids}-fault`} className="fault">
                {say('decide.reasonMissing')}
              </span>
            ) : null}
          </label>
          <button className="button plain" disabled={preview.isPending || done.isSuccess}>
            {say('revokeData.preview')}
          </button>
          {preview.data === undefined ? null : <Affected result={preview.data} />}
          {preview.isError || done.isError ? <Problem error={preview.error ?? done.error} /> : null}
          {preview.data === undefined || done.isSuccess ? null : (
            <button type="button" className="button grave" onClick={() => done.mutate()} disabled={done.isPending}>
              {say('decide.do-revoke')}
            </button>
          )}
          {done.isSuccess ? (
            <p className="seal good" role="status">
              {say('decided.revoke', { version: id })}
            </p>
          ) : null}
        </form>
      </details>
    </section>
  );
}

function Affected({ result: { versions, predictions, answers } }: { result: RevocationResult }) {
  const { say } = useWords();
  return (
    <div className="effect grave" role="status">
      <h3>{say('effect.title')}</h3>
      <ul>
        <li>{say('revokeData.versions', { count: versions.length, names: versions.join(', ') })}</li>
        <li>{say('effect.marked', { count: predictions.length })}</li>
        {answers
          .filter(({ now, after }) => now !== after)
          .map(({ model, after }) => (
            <li key={model}>
              {after === null ? say('revokeData.nobody', { model }) : say('effect.answers', { version: after })}
            </li>
          ))}
        <li>{say('revokeData.final')}</li>
      </ul>
    </div>
  );
}
