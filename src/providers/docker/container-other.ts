import type { Json, JsonObject } from '../../model/json.ts';
import type { Reading } from './container-reading.ts';
import { securityOptions } from './container-security.ts';

/** By the engine's name for it: what it says where nobody asked. Nothing, false, 0, '' and what is empty always go. */
const USUAL: Readonly<Record<string, readonly Json[]>> = {
  AutoRemove: [],
  BlkioWeight: [],
  CpusetCpus: [],
  CpusetMems: [],
  DeviceCgroupRules: [],
  DeviceRequests: [],
  DnsOptions: [],
  DnsSearch: [],
  // Engines differ in whether others may join; that is no share in anything yet.
  IpcMode: ['private', 'shareable'],
  Links: [],
  OomKillDisable: [],
  OomScoreAdj: [],
  PidMode: ['private'],
  PublishAllPorts: [],
  StorageOpt: [],
  Sysctls: [],
  UTSMode: ['private'],
  UsernsMode: [],
  VolumesFrom: [],
};

/** The same, where Podman says what follows from something else. */
const USUAL_WITH_DOCKER: Readonly<Record<string, readonly Json[]>> = {
  ...USUAL,
  CgroupParent: [],
  CpuPeriod: [],
  CpuQuota: [],
  MemorySwappiness: [-1],
};

const PLAIN = { Tty: [], OpenStdin: [], Domainname: [] };

const KNOWN_OPTIONS: ReadonlySet<string> = new Set(['no-new-privileges', 'seccomp', 'apparmor']);

/** What no manifest can ask for and somebody has asked for, in the engine's own words. */
export function readOther({ info, kind }: Reading): JsonObject {
  const { Tty, OpenStdin, Domainname } = info.Config;
  const usual = kind === 'docker' ? USUAL_WITH_DOCKER : USUAL;
  // All of it came as JSON.
  const host = info.HostConfig as unknown as JsonObject;
  return {
    ...unusual({ Tty: Tty ?? null, OpenStdin: OpenStdin ?? null, Domainname: Domainname ?? null }, PLAIN),
    ...unusual(host, usual),
    ...openedPaths(host, kind),
    ...unknownOptions(info.HostConfig, kind),
  };
}

function unusual(told: JsonObject, usual: Readonly<Record<string, readonly Json[]>>): JsonObject {
  const found: [string, Json][] = [];
  for (const name of Object.keys(usual)) {
    const value = told[name] ?? null;
    if (!isNothing(value) && usual[name]?.includes(value) !== true) found.push([name, value]);
  }
  return Object.fromEntries(found);
}

function isNothing(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return !value;
  return Object.keys(value).length === 0;
}

/** `systempaths=unconfined` is kept as two empty lists. A privileged container has none in any case. */
function openedPaths({ Privileged, MaskedPaths }: JsonObject, kind: Reading['kind']): JsonObject {
  const isOpen =
    kind === 'docker' && Privileged !== true && Array.isArray(MaskedPaths) && MaskedPaths.length === 0;
  return isOpen ? { MaskedPaths } : {};
}

/** Engines themselves switch SELinux labels off: Docker for what shares the host's processes, Podman where it is told to. */
function unknownOptions(
  { SecurityOpt, Privileged, PidMode, IpcMode }: Reading['info']['HostConfig'],
  kind: Reading['kind'],
): JsonObject {
  const isUnlabelled = kind === 'podman' || Privileged === true || PidMode === 'host' || IpcMode === 'host';
  const options = [...securityOptions(SecurityOpt)].flatMap(([name, value]) =>
    KNOWN_OPTIONS.has(name) || (isUnlabelled && name === 'label')
      ? []
      : [value === '' ? name : `${name}=${value}`],
  );
  return options.length === 0 ? {} : { SecurityOpt: options.sort() };
}
