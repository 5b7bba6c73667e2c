import { BlockList, isIP } from 'node:net';

/** IPv4 that is not the public internet: the special-purpose registry of IANA, and an address that clouds answer under. */
const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Azure's platform services answer here, to its virtual machines only.
  ['168.63.129.16', 32],
] as const) {
  special.addSubnet(network, prefix, 'ipv4');
}

/** IPv6 that is the public internet: what lies outside is loopback, local, multicast, or an IPv4 address in disguise. */
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

/** What is set aside within it: protocol assignments and Teredo, documentation, 6to4. */
const setAside = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  setAside.addSubnet(network, prefix, 'ipv6');
}

/**
 * Whether an IP address is one of the public internet: not loopback, private, link-local, unique-local, multicast,
 * reserved or a cloud's metadata service. Anything that is no IP address is not.
 */
export function isPublicAddress(address: string): boolean {
  // An address with a zone (`fe80::1%eth0`) is of the local link.
  if (address.includes('%')) return false;
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  return family === 6 && global.check(address, 'ipv6') && !setAside.check(address, 'ipv6');
}
