import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Review, ReviewChange, ReviewList } from '@cairn/contracts';
import { gateway } from '../gateway.ts';

/** What was said of a building, as far as the page shows it. */
export type Said = Pick<Review, 'verdict' | 'geometry'>;

/** What is to be said of a building; undefined takes back what was said. */
export interface Saying {
  feature: string;
  change: ReviewChange | undefined;
}

/** What was said of the buildings of a prediction. What the reader says is there at once, and goes again where it is refused. */
export function useReviews(prediction: string) {
  const queries = useQueryClient();
  const key = ['reviews', prediction];
  const list = useQuery({ queryKey: key, queryFn: () => gateway.reviews(prediction) });
  const reviews = useMemo(
    () => new Map(list.data?.reviews.map((review): [string, Said] => [review.feature, review])),
    [list.data],
  );
  const say = useMutation({
    // One after the other: what is said last of a building is what stands.
    scope: { id: key.join() },
    mutationFn: async ({ feature, change }: Saying) => {
      if (change === undefined) await gateway.withdrawReview(prediction, feature);
      else await gateway.review(prediction, feature, change);
    },
    onMutate: async ({ feature, change }) => {
      await queries.cancelQueries({ queryKey: key });
      const wasThere = queries.getQueryData(key) !== undefined;
      queries.setQueryData<ReviewList>(key, (before) => before && withSaid(before, feature, change));
      return { wasThere };
    },
    // A list that was still on its way was held up by this, and nobody else asks for it again.
    onSettled: async (_, error, __, made) => {
      if (error !== null || made?.wasThere !== true) await queries.invalidateQueries({ queryKey: key });
    },
  });
  return { reviews, say, error: list.error ?? say.error };
}

function withSaid(list: ReviewList, feature: string, change: ReviewChange | undefined): ReviewList {
  const others = list.reviews.filter((review) => review.feature !== feature);
  if (change === undefined) return { ...list, reviews: others };
  return { ...list, reviews: [...others, { feature, ...change, actor: '', at: '' }] };
}
