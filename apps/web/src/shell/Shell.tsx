import { Brand } from './Brand.tsx';

/** The bar without words, which index.html shows while the page itself comes over the line, until the words are there. */
export function Shell() {
  return (
    <div className="page">
      <header className="bar">
        <span className="brand">
          <Brand />
        </span>
      </header>
    </div>
  );
}
