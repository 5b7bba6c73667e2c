import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useId } from 'react';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { Problem } from '../shell/Problem.tsx';
import { sessionKey } from './session.ts';
import './sign-in.css';

/** Lets somebody in, by name and password or by the token of the state folder; the address stays where it is. */
export function SignIn() {
  const { say } = useWords();
  const queries = useQueryClient();
  const title = useId();
  const entered = useMutation({
    mutationFn: (body: Record<string, FormDataEntryValue>) => gateway.post('/session', body),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionKey }),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = [...new FormData(event.currentTarget)];
    entered.mutate(Object.fromEntries(fields.filter((field) => typeof field[1] === 'string')));
  };
  return (
    <main id="main" tabIndex={-1} className="sign-in" aria-labelledby={title}>
      <h1 id={title}>{say('signIn.title')}</h1>
      <p className="lead">{say('signIn.lead')}</p>
      {entered.isError ? <Problem error={entered.error} /> : null}
      <form onSubmit={submit} className="form">
        <label>
          {say('signIn.name')}
          <input name="account" autoComplete="username" required autoCapitalize="none" spellCheck={false} />
        </label>
        <label>
          {say('signIn.password')}
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        <button className="button" disabled={entered.isPending}>
          {say('signIn.enter')}
        </button>
      </form>
      <details>
        <summary>{say('signIn.byToken')}</summary>
        <p className="quiet">{say('signIn.byTokenLead')}</p>
        <form onSubmit={submit} className="form">
          <label>
            {say('signIn.token')}
            <input name="token" type="password" autoComplete="off" required />
          </label>
          <button className="button plain" disabled={entered.isPending}>
            {say('signIn.enter')}
          </button>
        </form>
      </details>
      <p>
        <a className="link" href={hrefOf({ page: 'verify' })}>
          {say('signIn.verify')}
        </a>
      </p>
    </main>
  );
}
