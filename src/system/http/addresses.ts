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

/** Throws EACCES for an address that is written out. Names pass: they are judged when they are resolved. */
export function refuseForbidden(hostname: string): void {
  const address = withoutBrackets(hostname);
  if (isForbidden(address)) throw refusal(address);
}

/** Whether the URL's host is this machine by its own name. */
export function isLoopback(hostname: string): boolean {
  const address = withoutBrackets(hostname);
  return address === 'localhost' || isIn(loopback, address);
}

/** A lookup for `net.connect`: a name of which any address is forbidden is EACCES, and nothing is connected. */
export function guardLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, address, family) => {
      if (error !== null) return callback(error, address, family);
      const found = Array.isArray(address) ? address.map((each) => each.address) : [address];
      callback(found.some(isForbidden) ? refusal(hostname) : null, address, family);
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

function refusal(host: string): NodeJS.ErrnoException {
  const message = `refused to connect to "${host}": it is a link-local or metadata address`;
  return Object.assign(new Error(message), { code: 'EACCES' });
}
