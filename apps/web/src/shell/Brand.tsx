/** A name, which is the same in every language. */
const name = 'Cairn';

/** The mark and the name at the beginning of the bar. */
export function Brand() {
  return (
    <>
      <img src="/favicon.svg" alt="" width="24" height="24" />
      <span translate="no">{name}</span>
    </>
  );
}
