import type { DeviceMapping } from './api.ts';
import { DEFAULT_NETWORK, type NetworkUseAttributes } from './attributes.ts';
import { type Reading, shortId, unlessEmpty } from './container-reading.ts';

/** What the network is called that a container is in which names none. */
const USUAL: Readonly<Record<Reading['kind'], string>> = { docker: 'bridge', podman: 'podman' };

/** Podman lists none of these, which no second container can be in; the last two are what it has without root. */
const UNLISTED: Readonly<Record<string, string>> = {
  host: 'host',
  none: 'none',
  slirp4netns: DEFAULT_NETWORK,
  pasta: DEFAULT_NETWORK,
};

export function readNetworks({ info, kind }: Reading): Readonly<Record<string, NetworkUseAttributes>> {
  const networks = Object.entries(info.NetworkSettings?.Networks ?? {});
  if (networks.length === 0 && kind === 'podman') {
    const network = UNLISTED[(info.HostConfig.NetworkMode ?? '').split(':')[0] ?? ''];
    return network === undefined ? {} : { [network]: { aliases: [] } };
  }
  return Object.fromEntries(
    networks
      .map(([name, { Aliases }]) => {
        const aliases = askedFor(Aliases ?? [], shortId(info));
        return [name === USUAL[kind] ? DEFAULT_NETWORK : name, { aliases }] as const;
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Engines with an API below 1.45 add the short id, and behind it the host name. */
function askedFor(aliases: readonly string[], id: string): readonly string[] {
  const end = aliases.indexOf(id);
  return [...new Set(end === -1 ? aliases : aliases.slice(0, end))].sort();
}

/** `name:address`, of which the address may have colons. Several addresses of one name are joined by `, `. */
export function readExtraHosts(list: readonly string[] | null | undefined): Readonly<Record<string, string>> {
  const hosts = new Map<string, string>();
  for (const text of list ?? []) {
    const end = text.indexOf(':');
    const name = text.slice(0, end);
    const before = hosts.get(name);
    hosts.set(name, `${before === undefined ? '' : `${before}, `}${text.slice(end + 1)}`);
  }
  return Object.fromEntries([...hosts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function readDevices(
  list: readonly DeviceMapping[] | null | undefined,
): readonly string[] | undefined {
  const devices = (list ?? []).map(
    ({ PathOnHost = '', PathInContainer = '', CgroupPermissions = '' }) =>
      `${PathOnHost}:${PathInContainer}:${CgroupPermissions}`,
  );
  return unlessEmpty(devices.sort());
}
