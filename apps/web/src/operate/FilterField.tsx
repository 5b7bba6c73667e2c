import { setQuery } from '../route/use-location.ts';

interface Props {
  /** The choice of the page's address. */
  name: string;
  words: string;
  value: string;
  type?: 'search' | 'date';
}

/** A filter that is typed: it holds when it is left or entered, and then stands in the page's address. */
export function FilterField({ name, words, value, type = 'search' }: Props) {
  return (
    <label>
      {words}
      <input
        key={value}
        type={type}
        defaultValue={value}
        autoCapitalize="none"
        spellCheck={false}
        onBlur={(event) => setQuery({ [name]: event.target.value.trim() })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') setQuery({ [name]: event.currentTarget.value.trim() });
        }}
      />
    </label>
  );
}
