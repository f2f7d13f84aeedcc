import { describe, expect, it } from 'vitest';
import { isForbiddenAddress } from '../../../src/resolve/npm/forbidden-address.ts';
import { refuseForbidden } from '../../../src/system/http/addresses.ts';

/** What the rest of mcpform keeps from. */
function isRefused(address: string): boolean {
  try {
    refuseForbidden(address);
    return false;
  } catch {
    return true;
  }
}

describe('addresses that nothing of ours connects to', () => {
  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    'fe80::1',
    'febf::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ])('holds %s for npm too', (address) => {
    expect([isForbiddenAddress(address), isRefused(address)]).toEqual([true, true]);
  });

  it.each([
    '127.0.0.1',
    '::1',
    '10.0.0.1',
    '168.63.129.1',
    '169.253.0.1',
    'fec0::1',
    '100.100.100.201',
    '2001:db8::1',
  ])('leaves %s alone for npm too', (address) => {
    expect([isForbiddenAddress(address), isRefused(address)]).toEqual([false, false]);
  });
});
