import { CairnError } from '@cairn/contracts';

/** Events that come one after the other, and whom they are told. */
interface Stream<Event> {
  /** Asks for the events that come after those that were told. */
  open: () => AsyncIterable<Event>;
  onEvent: (event: Event) => void;
  /** The line to the gateway was cut; it is tried again soon. */
  onCut?: () => void;
  /** Whether what it tells of never ends, so that its end is a cut too. */
  endless?: boolean;
  signal: AbortSignal;
}

/** After how long a line that was cut is tried again, in ms. */
const tryAgain = 2000;

/**
 * Tells the events of a stream until it has ended or nobody wants them any more, over cuts of the line.
 * @throws what the gateway answers in their place
 */
export async function followStream<Event>(stream: Stream<Event>): Promise<void> {
  const { open, onEvent, onCut, endless = false, signal } = stream;
  for (;;) {
    try {
      for await (const event of open()) onEvent(event);
      if (!endless) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CairnError && error.code === 'gateway-unreachable')) throw error;
    }
    if (signal.aborted) return;
    onCut?.();
    await new Promise((resolve) => setTimeout(resolve, tryAgain));
  }
}
