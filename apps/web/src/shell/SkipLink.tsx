import { useWords } from '../language/words.ts';

/** The first stop of the keyboard: past the bar, to the page. It moves no address, which names the page itself. */
export function SkipLink() {
  const { say } = useWords();
  return (
    <a
      className="skip"
      href="#main"
      onClick={(event) => {
        event.preventDefault();
        document.getElementById('main')?.focus();
      }}
    >
      {say('nav.skip')}
    </a>
  );
}
