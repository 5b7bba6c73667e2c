interface Props {
  words: string;
  /** What there is to choose from. */
  among: readonly { id: string; title: string }[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

/** One thing out of several, by their titles. */
export function TitledChoice({ words, among, chosen, onChoose }: Props) {
  return (
    <label>
      {words}
      <select value={chosen} onChange={({ target }) => onChoose(target.value)}>
        {among.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
