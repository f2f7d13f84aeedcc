import type { Step } from '../../model/plan.ts';
import type { Check, CheckWorld, Hit } from './check.ts';

export const protectedDeleted: Check = {
  id: 'protected-deleted',
  code: 'CHECK_PROTECTED_DELETED',
  level: 'deny',
  why: 'What has `protect: true` would be deleted or replaced: apply refuses it on every machine.',
  hint: 'take `protect` away first, in a change of its own that somebody reviews',
  isAboutSteps: true,
  find: (world) => {
    const kept = protectedAddresses(world);
    return world.steps.filter((step) => isLost(step, kept)).map((step) => hitOf(step, world));
  },
};

function protectedAddresses({ desired, lock }: CheckWorld): ReadonlySet<string> {
  return new Set([
    ...desired.flatMap(({ address, lifecycle }) => (lifecycle.protect ? [address] : [])),
    ...Object.entries(lock.ownership).flatMap(([address, { protect }]) =>
      protect === true ? [address] : [],
    ),
  ]);
}

function isLost({ action, because, address }: Step, kept: ReadonlySet<string>): boolean {
  return because === 'protected' || ((action === 'delete' || action === 'replace') && kept.has(address));
}

function hitOf({ address, server, isLeaving, action }: Step, { servers }: CheckWorld): Hit {
  const owner = server === undefined ? undefined : servers.get(server);
  const verb = isLeaving === true || action === 'delete' ? 'deleted' : 'replaced';
  return {
    server: server ?? serverOf(address),
    words: `${address} is protected, and would be ${verb}`,
    pointer: owner === undefined ? null : `${owner.server.declaredIn}/lifecycle/protect`,
    address,
  };
}

/** Of one that the manifest no longer has: the last part of the address of an entry or a container. */
function serverOf(address: string): string | null {
  const [, kind, ...rest] = address.split('/');
  return kind === 'image' || kind === 'network' || kind === 'volume' ? null : (rest.at(-1) ?? null);
}
