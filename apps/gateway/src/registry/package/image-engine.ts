import type { JobContext } from '../../jobs/process.ts';

/** An image that is to be. */
export interface ImageOrder {
  /** Folder with the package's own files, the Dockerfile at its top. */
  folder: string;
  /** `HOST[:PORT][/PATH]/MODEL`, without tag or digest. */
  name: string;
  tag: string;
  /** Labels of the image, by their names. */
  labels: Readonly<Record<string, string>>;
}

/** What builds images and pushes them: Docker, or a daemon of BuildKit. */
export interface ImageEngine {
  /** As people call it. */
  readonly title: string;

  /**
   * Builds and pushes; every line that is said comes to the job's log. Answers the digest (`sha256:…`) by which the registry has the
   * image.
   * @throws CairnError `tools-missing`; Error with what was said last; the signal's reason; a TimeoutError after two hours.
   */
  build(order: ImageOrder, context: JobContext): Promise<string>;
}
