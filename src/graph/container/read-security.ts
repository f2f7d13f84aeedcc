import { resolve } from 'node:path';
import type { ContainerSpec, Device } from '../../model/container.ts';
import { hasControl, type Reading } from './fields.ts';

type Security = Pick<
  ContainerSpec,
  | 'user'
  | 'groups'
  | 'isRootReadOnly'
  | 'droppedCapabilities'
  | 'addedCapabilities'
  | 'noNewPrivileges'
  | 'privileged'
  | 'seccomp'
  | 'apparmor'
  | 'devices'
>;

/** What the container may do on its host: nothing beyond its own files and network, unless asked. */
export function readSecurity({ fields, folder, faults }: Reading): Security {
  const { security = {}, devices = [] } = fields;
  const { privileged = false, groups = [], seccomp = null, apparmor = null } = security;
  for (const group of groups) {
    if (/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(group)) continue;
    faults.push({ message: `"${group}" in \`groups\` is no group`, hint: 'write the name or id of one' });
  }
  if (seccomp !== null && hasControl(seccomp)) {
    faults.push({ message: 'the path in `seccomp` has a control character', hint: 'remove it' });
  }
  if (apparmor !== null && !/^[A-Za-z0-9_][A-Za-z0-9_./+-]*$/.test(apparmor)) {
    faults.push({
      message: `"${apparmor}" in \`apparmor\` is no profile's name`,
      hint: 'write the name of one of the host',
    });
  }
  return {
    user: security.user ?? null,
    groups: [...groups].sort(),
    isRootReadOnly: security.readOnly ?? false,
    // A privileged container has them all, whatever is dropped: pretending otherwise would hide it.
    droppedCapabilities: capabilities(security.dropCapabilities ?? (privileged ? [] : ['ALL'])),
    addedCapabilities: capabilities(security.addCapabilities ?? []),
    noNewPrivileges: security.noNewPrivileges ?? true,
    privileged,
    seccomp: seccomp === null || seccomp === 'unconfined' ? seccomp : resolve(folder, seccomp),
    apparmor,
    devices: devices.map(readDevice),
  };
}

/** `NET_ADMIN` and `CAP_NET_ADMIN` are one. */
function capabilities(names: readonly string[]): readonly string[] {
  return [...new Set(names.map((name) => name.replace(/^CAP_/, '')))].sort();
}

/** `HOST[:CONTAINER][:rwm]`. */
function readDevice(text: string): Device {
  const [source = '', ...rest] = text.split(':');
  const target = rest.find((part) => part.startsWith('/')) ?? source;
  const asked = rest.find((part) => !part.startsWith('/')) ?? 'rwm';
  return { source, target, permissions: [...'rwm'].filter((letter) => asked.includes(letter)).join('') };
}
