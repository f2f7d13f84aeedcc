import { type Check, perServer } from './check.ts';

export const hostNetwork: Check = {
  id: 'host-network',
  code: 'CHECK_HOST_NETWORK',
  level: 'warn',
  why: 'In the network of its host a container reaches every port on loopback, and every port of its own is open.',
  hint: 'remove the network `host`; with `transport: http`, `port` publishes the one port that is needed',
  says: 'GRAPH_CONTAINER_PRIVILEGES',
  find: perServer(({ container }) =>
    container?.networks.some(({ network }) => network === 'host') === true
      ? { field: 'networks', words: "its container is in the host's own network" }
      : null,
  ),
};
