import { createHash } from 'node:crypto';
import type { Members } from './attributes.ts';
import { type Reading, unlessEmpty } from './container-reading.ts';
import { SECCOMP_LABEL } from './labels.ts';

/** What a container may do on its host. */
export function readSecurity(reading: Reading): Members {
  const { Config: config, HostConfig: host } = reading.info;
  const options = securityOptions(host.SecurityOpt);
  return {
    user: config.User || undefined,
    groups: unlessEmpty([...(host.GroupAdd ?? [])].sort()),
    readOnly: host.ReadonlyRootfs === true,
    ...readCapabilities(reading),
    noNewPrivileges: isSet(options.get('no-new-privileges')),
    privileged: host.Privileged === true,
    seccomp: readSeccomp(options.get('seccomp'), config.Labels?.[SECCOMP_LABEL]),
    apparmor: options.get('apparmor'),
  };
}

/** Older engines had a colon where `=` stands. */
export function securityOptions(list: readonly string[] | null | undefined): ReadonlyMap<string, string> {
  return new Map(
    (list ?? []).map((text) => {
      const [, name = text, value = ''] = /^([a-z-]+)[=:](.*)$/s.exec(text) ?? [];
      return [name, value];
    }),
  );
}

function isSet(value: string | undefined): boolean {
  return value === '' || value === 'true';
}

/** Docker keeps the profile itself, and not from which file it came: a label of ours says that. Podman keeps the path. */
function readSeccomp(profile: string | undefined, label: string | undefined): string | undefined {
  if (profile === undefined || profile === 'unconfined' || profile.startsWith('/')) return profile;
  const digest = digestOfProfile(profile);
  return label?.endsWith(`@${digest}`) ? label.slice(0, -digest.length - 1) : digest;
}

/** `sha256:…` of a profile as it is sent. */
export function digestOfProfile(profile: string): string {
  return `sha256:${createHash('sha256').update(profile).digest('hex')}`;
}

function readCapabilities({ info: { HostConfig: host } }: Reading): Members {
  return {
    dropCapabilities: unlessEmpty(capabilities(host.CapDrop)),
    addCapabilities: unlessEmpty(capabilities(host.CapAdd)),
  };
}

/** `cap_net_admin` and `NET_ADMIN` are one. */
function capabilities(names: readonly string[] | null | undefined): readonly string[] {
  return [...new Set((names ?? []).map((name) => name.toUpperCase().replace(/^CAP_/, '')))].sort();
}
