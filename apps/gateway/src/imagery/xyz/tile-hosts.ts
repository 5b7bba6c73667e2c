import { OutboundHosts } from '../../outbound/hosts.ts';

/** Which hosts tiles may be fetched from; whoever adds imagery chooses the address. */
export class TileHosts extends OutboundHosts {
  /** @param options.allowed `host:port` of hosts that may lie anywhere. */
  constructor(options: { allowed: readonly string[] }) {
    super({ ...options, purpose: { sentence: 'Tiles are not fetched', setting: 'CAIRN_TILE_HOSTS' } });
  }
}
