import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Where clouds and the machine's own network tell secrets to whoever asks: nothing we talk to lives there. The list
 * also takes IPv4 addresses that are written as IPv6 ones.
 */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16); // link-local: AWS, Azure, Google, ECS, EKS, OpenStack
forbidden.addSubnet('fe80::', 10, 'ipv6'); // link-local
forbidden.addSubnet('fd00:ec2::', 32, 'ipv6'); // AWS
forbidden.addAddress('fd20:ce::254', 'ipv6'); // Google
forbidden.addAddress('100.100.100.200'); // Alibaba
forbidden.addAddress('192.0.0.192'); // Oracle
forbidden.addAddress('168.63.129.16'); // Azure's wire server
forbidden.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6'); // 169.254.0.0/16 behind NAT64 (RFC 6052)
forbidden.addSubnet('2002:a9fe::', 32, 'ipv6'); // 169.254.0.0/16 behind 6to4 (RFC 3056)

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** This machine, private networks, and what is nobody's: an address of the internet is in none of them. */
const inside = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // shared by a provider's customers (RFC 6598)
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3], // multicast, reserved, broadcast
] as const) {
  inside.addSubnet(network, prefix);
  const [a = 0, b = 0] = network.split('.').map(Number);
  const hex = ((a << 8) | b).toString(16);
  // The same behind NAT64 (RFC 6052) and 6to4 (RFC 3056).
  inside.addSubnet(`64:ff9b::${hex}:0`, 96 + prefix, 'ipv6');
  inside.addSubnet(`2002:${hex}::`, 16 + Math.min(prefix, 16), 'ipv6');
}
inside.addSubnet('::', 127, 'ipv6'); // unspecified, and loopback
inside.addSubnet('fc00::', 7, 'ipv6');
inside.addSubnet('fec0::', 10, 'ipv6');
inside.addSubnet('ff00::', 8, 'ipv6');

/** Who is not talked to, besides those nobody talks to. */
export interface Refusing {
  readonly isPublicOnly: boolean;
}

const ANYWHERE: Refusing = { isPublicOnly: false };

/** Throws EACCES for an address that is written out. Names pass: they are judged when they are resolved. */
export function refuseForbidden(hostname: string, { isPublicOnly }: Refusing = ANYWHERE): void {
  const address = withoutBrackets(hostname);
  if (isForbidden(address)) throw refusal(address, 'link-local or metadata');
  if (isPublicOnly && isIn(inside, address)) throw refusal(address, 'private');
}

/** Whether the URL's host is this machine by its own name. */
export function isLoopback(hostname: string): boolean {
  const address = withoutBrackets(hostname);
  return address === 'localhost' || isIn(loopback, address);
}

/** A lookup for `net.connect`: a name of which any address is forbidden is EACCES, and nothing is connected. */
export function guardLookup(lookup: LookupFunction, { isPublicOnly }: Refusing): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, address, family) => {
      if (error !== null) return callback(error, address, family);
      const found = Array.isArray(address) ? address.map((each) => each.address) : [address];
      const refused = found.some(isForbidden)
        ? refusal(hostname, 'link-local or metadata')
        : isPublicOnly && found.some((each) => isIn(inside, each))
          ? refusal(hostname, 'private')
          : null;
      callback(refused, address, family);
    });
}

function isForbidden(address: string): boolean {
  return isIn(forbidden, address);
}

function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function refusal(host: string, kind: string): NodeJS.ErrnoException {
  const message = `refused to connect to "${host}": it is a ${kind} address`;
  return Object.assign(new Error(message), { code: 'EACCES' });
}
