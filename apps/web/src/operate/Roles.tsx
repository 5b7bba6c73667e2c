import type { Role } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

interface Props {
  /** What can be chosen. */
  roles: readonly Role[];
  held: readonly Role[];
}

/** The roles as boxes of a form, each with what it may do. At least one has to be chosen. */
export function Roles({ roles, held }: Props) {
  const { say } = useWords();
  return (
    <fieldset className="roles">
      <legend>{say('accounts.roles')}</legend>
      {roles.map((role) => (
        <label key={role}>
          <input type="checkbox" name="role" value={role} defaultChecked={held.includes(role)} />
          <span>
            {say(`role.${role}`)} <span className="quiet small">{say(`role.may.${role}`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** The roles that were chosen in a form. */
export function rolesOf(form: FormData): Role[] {
  return form.getAll('role') as Role[];
}
