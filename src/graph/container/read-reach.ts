import type { NetworkUse, Service } from '../../model/container.ts';
import type { Reading } from './fields.ts';
import { writtenNetworks } from './read-networks.ts';

/**
 * Where a service is reached in its networks. Engines take a port to publish in each of them, and in some do nothing
 * about it, without a word.
 */
export function readReach(service: Service, networks: readonly NetworkUse[], reading: Reading): Service {
  const { fields, manifest, faults } = reading;
  if (networks.some(({ network }) => network === 'none')) {
    faults.push({ message: 'nobody reaches a port in the network "none"', hint: 'remove it' });
  }
  const declared = writtenNetworks(fields).map((name) => manifest.networks[name]);
  if (declared.length > 0 && declared.every((network) => network?.['internal'] === true)) {
    faults.push({
      message: 'nobody reaches a port of a container that is in internal networks alone',
      hint: 'add a network without `internal`',
    });
  }
  if (!networks.some(({ network }) => network === 'host')) return service;
  const { port, publish } = service;
  if (publish.port !== 'auto' && publish.port !== port) {
    faults.push({
      message: `in the network of the host its port is ${port}, where it listens, and not ${publish.port}`,
      hint: 'remove `publish`',
    });
  }
  return { ...service, publish: { ...publish, port } };
}
