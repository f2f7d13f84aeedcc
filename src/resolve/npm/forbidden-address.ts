import type { lookup } from 'node:dns';
import type { Refused } from './errors.ts';

/**
 * Link-local and metadata addresses, as `system/` keeps them from everything else that goes through the context:
 * npm's libraries open their own connections.
 */
const FORBIDDEN =
  /^(::ffff:)?(169\.254\.|100\.100\.100\.200$|192\.0\.0\.192$|168\.63\.129\.16$)|^fe[89ab][0-9a-f]:|^fd00:ec2:|^fd20:ce::254$|^64:ff9b::a9fe:|^2002:a9fe:|^::ffff:a9fe:/i;

export function isForbiddenAddress(host: string): boolean {
  return FORBIDDEN.test(host.replace(/^\[|\]$/g, ''));
}

/** A name that stands for such an address is not found. */
export function guardLookup(find: typeof lookup): typeof lookup {
  const guarded = (hostname: string, options: object, callback: (...found: unknown[]) => void): void =>
    find(hostname, options, (error, address, family) => {
      const found = Array.isArray(address) ? address.map((each) => each.address) : [address];
      if (error !== null || !found.some((each) => isForbiddenAddress(String(each)))) {
        callback(error, address, family);
        return;
      }
      const message = `refused to connect to "${hostname}": it is a link-local or metadata address`;
      const refused: Refused = { code: 'RESOLVE_INSECURE', message };
      callback(Object.assign(new Error(message), { code: 'EACCES', refused }));
    });
  return guarded as typeof lookup;
}
