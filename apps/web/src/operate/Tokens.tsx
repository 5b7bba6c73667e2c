import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { type IssuedToken, roles, type SessionInfo } from '@cairn/contracts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { Empty, Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { accountsKey } from './Accounts.tsx';
import { textOf } from './form.ts';
import { Roles, rolesOf } from './Roles.tsx';

const tokensKey = ['tokens'] as const;
const days = [1, 7, 30, 90, 365] as const;

/** API tokens: making one, which is shown this once, and ending them. Administrators see everybody's. */
export function Tokens({ reader }: { reader: SessionInfo }) {
  const { say, formats } = useWords();
  const queries = useQueryClient();
  const tokens = useQuery({ queryKey: tokensKey, queryFn: () => gateway.tokens(), staleTime: 0 });
  const revoked = useMutation({
    mutationFn: (id: string) => gateway.revokeToken(id),
    onSettled: () => queries.invalidateQueries({ queryKey: tokensKey }),
  });
  const [issued, setIssued] = useState<IssuedToken>();
  const list = tokens.data ?? [];
  return (
    <>
      <p className="quiet">{say('tokens.lead')}</p>
      {issued === undefined ? (
        <AddToken reader={reader} onIssued={setIssued} />
      ) : (
        <Issued token={issued} onDone={() => setIssued(undefined)} />
      )}
      {tokens.isPending ? <Waiting words={say('page.wait')} /> : null}
      {tokens.isError ? <Problem error={tokens.error} retry={() => void tokens.refetch()} /> : null}
      {revoked.isError ? <Problem error={revoked.error} /> : null}
      {tokens.isSuccess && list.length === 0 ? <Empty title={say('tokens.none')} /> : null}
      {list.length === 0 ? null : (
        <ul className="rows">
          {list.map(({ id, name, account, created, expires, roles: held }) => (
            <li key={id} className="token">
              <div>
                <strong dir="auto">{name}</strong>
                <p className="quiet small">
                  {say('tokens.speaksFor', {
                    name: account,
                    at: formats.moment(created),
                    until: formats.moment(expires),
                  })}
                </p>
                {held === undefined ? null : (
                  <ul className="tags">
                    {held.map((role) => (
                      <li key={role}>{say(`role.${role}`)}</li>
                    ))}
                  </ul>
                )}
              </div>
              <button
                className="button plain small"
                disabled={revoked.isPending}
                aria-label={say('tokens.revokeNamed', { name })}
                onClick={() => revoked.mutate(id)}
              >
                {say('tokens.revoke')}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface AddProps {
  reader: SessionInfo;
  onIssued: (token: IssuedToken) => void;
}

function AddToken({ reader, onIssued }: AddProps) {
  const { say } = useWords();
  const queries = useQueryClient();
  const isAdministrator = reader.roles.includes('administrator');
  const accounts = useQuery({ queryKey: accountsKey, queryFn: () => gateway.accounts(), enabled: isAdministrator });
  const [account, setAccount] = useState(reader.id);
  const own = { id: reader.id, roles: reader.roles, disabled: false };
  const choices = accounts.data?.filter(({ disabled }) => !disabled) ?? [own];
  const held = choices.find(({ id }) => id === account)?.roles ?? reader.roles;
  const made = useMutation({
    mutationFn: (form: FormData) =>
      gateway.issueToken({
        name: textOf(form, 'name'),
        days: Number(form.get('days')),
        account,
        ...(rolesOf(form).length === held.length ? {} : { roles: rolesOf(form) }),
      }),
    onSuccess: async (token) => {
      onIssued(token);
      await queries.invalidateQueries({ queryKey: tokensKey });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    made.mutate(new FormData(event.currentTarget));
  };
  return (
    <details className="add">
      <summary>{say('tokens.add')}</summary>
      <form className="form" onSubmit={submit}>
        <label>
          {say('tokens.name')}
          <input name="name" required pattern=".*\S.*" maxLength={100} autoComplete="off" />
        </label>
        <label>
          {say('tokens.days')}
          <select name="days" defaultValue={90}>
            {days.map((count) => (
              <option key={count} value={count}>
                {say('tokens.dayCount', { count })}
              </option>
            ))}
          </select>
        </label>
        {isAdministrator ? (
          <label>
            {say('tokens.account')}
            <select value={account} onChange={(event) => setAccount(event.target.value)}>
              {choices.map(({ id }) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <Roles key={account} roles={roles.filter((role) => held.includes(role))} held={held} />
        <p className="quiet small">{say('tokens.rolesLead')}</p>
        {made.isError ? <Problem error={made.error} /> : null}
        <div>
          <button className="button" disabled={made.isPending}>
            {say('tokens.make')}
          </button>
        </div>
      </form>
    </details>
  );
}

function Issued({ token, onDone }: { token: IssuedToken; onDone: () => void }) {
  const { say } = useWords();
  const [copied, setCopied] = useState(false);
  return (
    <section className="issued" role="alert">
      <h2>{say('tokens.once')}</h2>
      <p>{say('tokens.onceLead')}</p>
      <p>
        <code dir="ltr" className="secret">
          {token.token}
        </code>
      </p>
      <div className="choices">
        {/* Browsers offer it on encrypted lines and on one's own machine only. */}
        {window.isSecureContext ? (
          <button
            className="button"
            onClick={() => void navigator.clipboard.writeText(token.token).then(() => setCopied(true))}
          >
            {say(copied ? 'tokens.copied' : 'tokens.copy')}
          </button>
        ) : null}
        <button className="button plain" onClick={onDone}>
          {say('tokens.kept')}
        </button>
      </div>
    </section>
  );
}
