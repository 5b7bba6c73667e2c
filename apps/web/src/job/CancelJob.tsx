import { useMutation } from '@tanstack/react-query';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { Problem } from '../shell/Problem.tsx';

/** Cancels a job that runs or waits. */
export function CancelJob({ id }: { id: string }) {
  const { say } = useWords();
  const cancel = useMutation({ mutationFn: () => gateway.dismiss(id) });
  return (
    <>
      {cancel.isError ? <Problem error={cancel.error} /> : null}
      <button className="button plain" onClick={() => cancel.mutate()} disabled={cancel.isPending || cancel.isSuccess}>
        {say('job.cancel')}
      </button>
    </>
  );
}
