import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { readPrediction } from '../prediction/predictions.ts';
import { hrefOf, type Place } from '../route/place.ts';
import { useSession } from '../session/session.ts';
import { Problem } from '../shell/Problem.tsx';
import { feedbackKey, ratings } from './ratings.ts';
import './feedback.css';

interface Props {
  /** The address that it is about, from its `#`. */
  view: string;
  place: Place;
  onClose: () => void;
}

/** Takes a rating and words of a view; of a result its receipt goes along, so that whoever reads it finds what was meant. */
export default function FeedbackDialog({ view, place, onClose }: Props) {
  const { say } = useWords();
  const queries = useQueryClient();
  const session = useSession();
  const prediction = place.page === 'prediction' || place.page === 'trail' ? place.prediction : undefined;
  const info = useQuery({
    queryKey: ['prediction', prediction],
    queryFn: () => readPrediction(prediction!),
    enabled: prediction !== undefined,
  });
  const receipt = info.data?.receipt;
  const given = useMutation({
    mutationFn: (form: FormData) => {
      const words = form.get('words');
      return gateway.giveFeedback({
        rating: Number(form.get('rating')),
        words: typeof words === 'string' ? words : '',
        view,
        ...(receipt === undefined ? {} : { receipt }),
      });
    },
    // Without a line it fails and is told, rather than waiting behind a page that may be closed.
    networkMode: 'always',
    onSuccess: () => queries.invalidateQueries({ queryKey: feedbackKey }),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    given.mutate(new FormData(event.currentTarget));
  };
  const isReader = session.data?.roles.includes('administrator') ?? false;
  return (
    <ModalOverlay isOpen onOpenChange={(open) => (open ? undefined : onClose())} className="overlay" isDismissable>
      <Modal className="modal">
        <Dialog>
          <Heading slot="title">{say(prediction === undefined ? 'feedback.title' : 'feedback.ofResult')}</Heading>
          {given.isSuccess ? (
            <div role="status">
              <p>{say('feedback.thanks')}</p>
            </div>
          ) : (
            <form className="form" onSubmit={submit}>
              <fieldset className="ratings">
                <legend>{say('feedback.rating')}</legend>
                {ratings.map((rating) => (
                  <label key={rating}>
                    <input type="radio" name="rating" value={rating} required />
                    <span>{say(`rating.${rating}`)}</span>
                  </label>
                ))}
              </fieldset>
              <label>
                {say('feedback.words')}
                <textarea name="words" rows={5} maxLength={2000} dir="auto" />
              </label>
              <p className="quiet small">
                {say(receipt === undefined ? 'feedback.sent' : 'feedback.sentReceipt', {
                  name: session.data?.id ?? '',
                })}
              </p>
              {given.isError ? <Problem error={given.error} /> : null}
              <button className="button" disabled={given.isPending || info.isFetching}>
                {say('feedback.send')}
              </button>
            </form>
          )}
          <div className="choices feedback-end">
            {/* The button that had the focus is gone then. */}
            <button
              key={String(given.isSuccess)}
              className="button plain"
              onClick={onClose}
              autoFocus={given.isSuccess}
            >
              {say(given.isSuccess ? 'feedback.close' : 'dialog.cancel')}
            </button>
            {isReader ? (
              <a href={hrefOf({ page: 'feedback' })} onClick={onClose}>
                {say('feedback.read')}
              </a>
            ) : null}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
