import { type ContainerSpec, type NetworkUse, objectName } from '../../model/container.ts';
import type { NetworkDocument } from '../../schema/manifest.types.ts';
import type { Reading } from './fields.ts';

/** Networks that an engine brings along; others do not find a container by name in them. */
const BUILT_IN: ReadonlySet<string> = new Set(['host', 'none', 'bridge', 'default', 'podman']);

/** Networks in the order of the manifest; `alias` is how others in one find the container, unasked. */
export function readNetworks(alias: string | null, reading: Reading): readonly NetworkUse[] {
  const { networks = [] } = reading.fields;
  const asked = Array.isArray(networks) ? networks.map((name) => [name, null] as const) : entriesOf(networks);
  const uses = asked.map(([name, use]) =>
    readNetwork(name, [...(use?.aliases ?? [])], { ...reading, alias }),
  );
  const alone = uses.find(({ network }) => network === 'host' || network === 'none');
  if (alone !== undefined && uses.length > 1) {
    reading.faults.push({
      message: `network "${alone.network}" goes with no other`,
      hint: 'remove it, or the others',
    });
  }
  return uses;
}

/** The networks by the manifest's names for them. */
export function writtenNetworks({ networks = [] }: Reading['fields']): readonly string[] {
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

function entriesOf<T>(map: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(map);
}

function readNetwork(
  name: string,
  asked: readonly string[],
  { manifest, faults, alias }: Reading & { readonly alias: string | null },
): NetworkUse {
  const { external = false, name: other } = networkNamed(name, manifest.networks);
  const network = external ? (other ?? name) : objectName(manifest.name, name);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(network)) {
    faults.push({
      message: `"${network}" is not the name of a network`,
      hint: 'letters, digits, ".", "-" and "_"; the network of another container cannot be shared',
    });
  }
  const isBuiltIn = BUILT_IN.has(network);
  if (isBuiltIn && asked.length > 0) {
    faults.push({
      message: `nobody finds a container by name in the network "${network}"`,
      hint: 'remove `aliases`, or declare a network of your own',
    });
  }
  const wrong = asked.find((each) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(each));
  if (wrong !== undefined) {
    faults.push({
      message: `"${wrong}" in \`aliases\` is no host name`,
      hint: 'letters, digits, ".", "-" and "_"',
    });
  }
  const aliases = isBuiltIn || alias === null ? asked : [...asked, alias];
  return { network, isExternal: external, aliases: [...new Set(aliases)].sort() };
}

function networkNamed(name: string, networks: Reading['manifest']['networks']): NonNullable<NetworkDocument> {
  return (Object.hasOwn(networks, name) ? networks[name] : {}) as NonNullable<NetworkDocument>;
}

/** Name servers and additional hosts: addresses and names, and nothing else. */
export function readNames({
  fields: { dns = [], extraHosts = {} },
  faults,
}: Reading): Pick<ContainerSpec, 'dns' | 'extraHosts'> {
  for (const address of dns) {
    if (ADDRESS.test(address)) continue;
    faults.push({
      message: `"${address}" in \`dns\` is no address`,
      hint: 'write an IPv4 or IPv6 address without a port',
    });
  }
  for (const [name, address] of Object.entries(extraHosts)) {
    if (/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name) && (address === 'host-gateway' || ADDRESS.test(address)))
      continue;
    faults.push({
      message: `\`extraHosts\`: "${name}" with "${address}" is not a host name and an address`,
      hint: 'write `NAME: ADDRESS`, or `host-gateway` for the host itself',
    });
  }
  return { dns, extraHosts };
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)$/;
