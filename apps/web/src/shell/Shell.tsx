/** A name, which is the same in every language. */
const brand = 'Cairn';

/** The bar without words, which index.html shows while the page itself comes over the line, until the words are there. */
export function Shell() {
  return (
    <div className="page">
      <header className="bar">
        <span className="brand">
          <img src="/favicon.svg" alt="" width="24" height="24" />
          <span translate="no">{brand}</span>
        </span>
      </header>
    </div>
  );
}
