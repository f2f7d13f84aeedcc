import type { ContainerInfo, HostConfig, PortBinding } from './api.ts';
import { publishedAt } from './render-container.ts';

/** Where ports are asked to be published, which is where they are while it runs. */
export function readPorts({ PortBindings }: HostConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(PortBindings ?? {})
      .flatMap(([port, bindings]) =>
        bindings === null || bindings.length === 0
          ? []
          : [[port, bindings.map(place).sort().join(', ')] as const],
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function place({ HostIp = '', HostPort = '' }: PortBinding): string {
  return publishedAt(
    HostIp === '' ? '0.0.0.0' : HostIp,
    HostPort === '' || HostPort === '0' ? 'auto' : HostPort,
  );
}

/** Ports of the host that it has or will take when it runs. */
export function hostPorts({ HostConfig, NetworkSettings }: ContainerInfo): readonly number[] {
  const bindings = [
    ...Object.values(HostConfig.PortBindings ?? {}),
    ...Object.values(NetworkSettings?.Ports ?? {}),
  ];
  const ports = bindings.flatMap((list) => (list ?? []).map(({ HostPort }) => Number(HostPort)));
  return [...new Set(ports.filter((port) => port > 0))];
}
