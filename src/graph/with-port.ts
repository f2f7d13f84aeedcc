import type { ContainerSpec, Publish } from '../model/container.ts';
import { fixedPort } from './choose-ports.ts';

/** The spec as it is with this port, which we chose unless somebody wrote it. */
export function withPort(spec: ContainerSpec, port: number): ContainerSpec {
  const { service } = spec;
  if (service === null) throw new Error('who speaks over standard input has no port');
  if (fixedPort(service.publish) !== null) return spec;
  const { address } = service.publish;
  return { ...spec, service: { ...service, publish: { address, port, isChosen: true } } };
}

export function publishOf({ service }: ContainerSpec): Publish {
  if (service === null) throw new Error('who speaks over standard input is published nowhere');
  return service.publish;
}
