import { OutboundHosts } from '../../outbound/hosts.ts';

/** Which hosts tiles and images may be fetched from; whoever adds imagery chooses the address. */
export class ImageHosts extends OutboundHosts {
  /** @param options.allowed `host:port` of hosts that may lie anywhere. */
  constructor(options: { allowed: readonly string[] }) {
    super({ ...options, purpose: { sentence: 'Imagery is not fetched', setting: 'CAIRN_TILE_HOSTS' } });
  }
}
