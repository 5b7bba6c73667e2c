import { OutboundHosts } from '../../outbound/hosts.ts';

/** Which hosts may be told of jobs; whoever starts a job chooses the address. */
export class CallbackHosts extends OutboundHosts {
  /** @param options.allowed `host:port` of hosts that may lie anywhere. */
  constructor(options: { allowed: readonly string[] }) {
    super({ ...options, purpose: { sentence: 'Callbacks are not delivered', setting: 'CAIRN_CALLBACK_HOSTS' } });
  }
}
