import type { ContainerAttributes } from '../attributes.ts';

/**
 * Whether two containers cannot run side by side for a while: they publish one port, write into the same folder or
 * volume, share a device, or listen on the host's own network.
 */
export function clashes(old: ContainerAttributes, wanted: ContainerAttributes): boolean {
  return (
    ports(old).some((port) => ports(wanted).includes(port)) ||
    sources(old).some((one) =>
      sources(wanted).some((other) => one.from === other.from && (one.isWritable || other.isWritable)),
    ) ||
    (old.devices ?? []).some((device) => (wanted.devices ?? []).includes(device)) ||
    [old, wanted].every(({ networks = {} }) => Object.hasOwn(networks, 'host'))
  );
}

/** By number and protocol: an address may stand for all of them. */
function ports({ ports: published = {} }: ContainerAttributes): readonly string[] {
  return Object.entries(published).flatMap(([inside, places]) => {
    const [, protocol = 'tcp'] = inside.split('/');
    const numbers = [...places.matchAll(/:(\d+)(?=,|$)/g)].map(([, number]) => number);
    return numbers.map((number) => `${number}/${protocol}`);
  });
}

function sources({
  volumes = {},
}: ContainerAttributes): readonly { readonly from: string; readonly isWritable: boolean }[] {
  return Object.values(volumes).map((mount) => ({
    from: 'bind' in mount ? mount.bind : `volume ${mount.volume}`,
    isWritable: !mount.readOnly,
  }));
}
