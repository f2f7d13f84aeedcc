import { type Check, perServer } from './check.ts';

export const widePort: Check = {
  id: 'wide-port',
  code: 'CHECK_WIDE_PORT',
  level: 'warn',
  why: 'A port that is published on another address than loopback is open to other machines, past most firewalls of the host.',
  hint: 'publish on 127.0.0.1, or put something in front that asks who is there',
  says: 'GRAPH_CONTAINER_PUBLISHED',
  find: perServer(({ container }) => {
    const address = container?.service?.publish.address;
    if (address === undefined || /^127\.|^::1$/.test(address)) return null;
    return { field: 'publish', words: `its port is published on "${address}"` };
  }),
};
