import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { type AccountInfo, roles } from '@cairn/contracts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { textOf } from './form.ts';
import { Roles, rolesOf } from './Roles.tsx';

/** The key under which the accounts are kept. */
export const accountsKey = ['accounts'] as const;

/** The people of the installation: adding them, what they may do, their passwords. None is ever deleted: receipts name them. */
export function Accounts({ reader }: { reader: string }) {
  const { say } = useWords();
  const accounts = useQuery({ queryKey: accountsKey, queryFn: () => gateway.accounts(), staleTime: 0 });
  return (
    <>
      <p className="quiet">{say('accounts.lead')}</p>
      <AddAccount />
      {accounts.isPending ? <Waiting words={say('page.wait')} /> : null}
      {accounts.isError ? <Problem error={accounts.error} retry={() => void accounts.refetch()} /> : null}
      {accounts.isSuccess ? (
        <ul className="rows">
          {accounts.data.map((account) => (
            <li key={account.id}>
              <AccountRow account={account} own={account.id === reader} />
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

function AddAccount() {
  const { say } = useWords();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const added = useMutation({
    mutationFn: (form: FormData) => {
      const password = textOf(form, 'password');
      return gateway.addAccount({
        id: textOf(form, 'name'),
        roles: rolesOf(form),
        ...(password === '' ? {} : { password }),
      });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: accountsKey });
      setOpen(false);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    added.mutate(new FormData(event.currentTarget));
  };
  return (
    <>
      <details className="add" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{say('accounts.add')}</summary>
        {open ? (
          <form className="form" onSubmit={submit}>
            <label>
              {say('signIn.name')}
              <input name="name" required autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={100} />
            </label>
            <Roles roles={roles} held={['mapper']} />
            <label>
              {say('accounts.password')}
              <input name="password" type="password" autoComplete="new-password" minLength={10} maxLength={200} />
              <span className="quiet small">{say('accounts.passwordLead')}</span>
            </label>
            {added.isError ? <Problem error={added.error} /> : null}
            <div>
              <button className="button" disabled={added.isPending}>
                {say('accounts.addIt')}
              </button>
            </div>
          </form>
        ) : null}
      </details>
      <p role="status" className="told">
        {added.isSuccess ? say('accounts.added', { name: added.data.id }) : ''}
      </p>
    </>
  );
}

function AccountRow({ account, own }: { account: AccountInfo; own: boolean }) {
  const { say, formats } = useWords();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: accountsKey });
  const { id, disabled, hasPassword, created } = account;
  const changed = useMutation({
    mutationFn: (change: Parameters<typeof gateway.changeAccount>[1]) => gateway.changeAccount(id, change),
    onSuccess: refresh,
  });
  const password = useMutation({
    mutationFn: (word: string) => gateway.setPassword(id, { password: word }),
    onSuccess: refresh,
  });
  const submit = (use: (form: FormData) => void) => (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    use(new FormData(event.currentTarget));
    if (event.currentTarget.elements.namedItem('password') !== null) event.currentTarget.reset();
  };
  return (
    <>
      <h2>
        <span dir="auto">{id}</span> {own ? <span className="quiet small">{say('accounts.you')}</span> : null}
      </h2>
      <ul className="tags">
        {account.roles.map((role) => (
          <li key={role}>{say(`role.${role}`)}</li>
        ))}
        {disabled ? <li className="tag-warn">{say('accounts.disabled')}</li> : null}
        {hasPassword ? null : <li className="quiet">{say('accounts.noPassword')}</li>}
      </ul>
      <p className="quiet small">{say('accounts.since', { at: formats.moment(created) })}</p>
      <details>
        <summary>{say('accounts.change', { name: id })}</summary>
        <form className="form" onSubmit={submit((form) => changed.mutate({ roles: rolesOf(form) }))}>
          <Roles roles={roles} held={account.roles} />
          <div>
            <button className="button plain" disabled={changed.isPending}>
              {say('accounts.setRoles')}
            </button>
          </div>
        </form>
        <form className="form" onSubmit={submit((form) => password.mutate(textOf(form, 'password')))}>
          <label>
            {say('accounts.newPassword')}
            <input
              name="password"
              type="password"
              autoComplete="new-password"
              minLength={10}
              maxLength={200}
              required
            />
            <span className="quiet small">{say('accounts.sessionsEnd')}</span>
          </label>
          <div>
            <button className="button plain" disabled={password.isPending}>
              {say('accounts.setPassword')}
            </button>
          </div>
        </form>
        {own ? null : (
          <div className="form">
            <p className="quiet small">{say(disabled ? 'accounts.enableLead' : 'accounts.disableLead')}</p>
            <div>
              <button
                className="button plain"
                disabled={changed.isPending}
                onClick={() => changed.mutate({ disabled: !disabled })}
              >
                {say(disabled ? 'accounts.enable' : 'accounts.disable', { name: id })}
              </button>
            </div>
          </div>
        )}
        {changed.isError ? <Problem error={changed.error} /> : null}
        {password.isError ? <Problem error={password.error} /> : null}
      </details>
      <p role="status" className="told">
        {changed.isSuccess ? say('accounts.changed') : ''}
        {password.isSuccess ? say('accounts.passwordSet') : ''}
      </p>
    </>
  );
}
