import { RepositoryHosts } from '../../outbound/repository-hosts.ts';

/** Which hosts packages may be fetched from; whoever registers one chooses the address. */
export class GitHosts extends RepositoryHosts {
  /** @param options as those of `RepositoryHosts`. */
  constructor(options: { allowed: readonly string[]; proxied: boolean }) {
    super({
      ...options,
      purpose: {
        sentence: 'Repositories are not fetched',
        setting: 'CAIRN_GIT_HOSTS',
        unreachable: 'git-unreachable',
      },
    });
  }
}
