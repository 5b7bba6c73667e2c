import { useWords } from '../language/words.ts';

interface Props {
  pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** Shows the next page of a list, where there is one. */
export function Further({ pages: { hasNextPage, isFetchingNextPage, fetchNextPage } }: Props) {
  const { say } = useWords();
  if (!hasNextPage) return null;
  return (
    <p className="further">
      <button className="button plain" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {say('operate.more')}
      </button>
    </p>
  );
}
