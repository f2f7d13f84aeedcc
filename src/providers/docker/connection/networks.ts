import type { NetworkInfo, NetworkRequest } from '../api.ts';
import type { Engine } from '../engine.ts';
import { type Caller, call, READ_MS } from './call.ts';
import { inPath, quoted } from './names.ts';
import { listOf, objectOf } from './shapes.ts';

const CHANGE_MS = 60_000;

type Networks = Pick<
  Engine,
  'listNetworks' | 'createNetwork' | 'removeNetwork' | 'connectNetwork' | 'disconnectNetwork'
>;

export function networksOf(caller: Caller): Networks {
  return {
    listNetworks: async () => {
      const doing = 'list networks';
      const request = {
        operation: 'read',
        doing,
        method: 'GET',
        path: '/networks',
        timeoutMs: READ_MS,
      } as const;
      return listOf<NetworkInfo>((await call(caller, request)).value, 'Id', doing);
    },
    createNetwork: (request) => createNetwork(caller, request),
    removeNetwork: async (idOrName) => {
      await call(caller, {
        operation: 'remove',
        doing: `remove network ${quoted(idOrName)}`,
        method: 'DELETE',
        path: `/networks/${inPath(idOrName)}`,
        timeoutMs: CHANGE_MS,
        fine: [404],
      });
    },
    connectNetwork: async (idOrName, container, aliases) => {
      await attach(caller, { network: idOrName, container, verb: 'connect', aliases });
    },
    disconnectNetwork: async (idOrName, container) => {
      await attach(caller, { network: idOrName, container, verb: 'disconnect', aliases: [] });
    },
  };
}

async function createNetwork(caller: Caller, request: NetworkRequest): Promise<string> {
  const doing = `create network ${quoted(request.Name)}`;
  const { value } = await call(caller, {
    operation: 'create',
    doing,
    method: 'POST',
    path: '/networks/create',
    // Engines before 26 look whether the name is taken only when they are told to.
    body: { ...request, CheckDuplicate: true },
    timeoutMs: CHANGE_MS,
  });
  return objectOf<{ readonly Id: string }>(value, 'Id', doing).Id;
}

interface Attachment {
  readonly network: string;
  readonly container: string;
  readonly verb: 'connect' | 'disconnect';
  readonly aliases: readonly string[];
}

async function attach(caller: Caller, { network, container, verb, aliases }: Attachment): Promise<void> {
  const preposition = verb === 'connect' ? 'to' : 'from';
  try {
    await call(caller, {
      operation: 'network',
      doing: `${verb} container ${quoted(container)} ${preposition} network ${quoted(network)}`,
      method: 'POST',
      path: `/networks/${inPath(network)}/${verb}`,
      body:
        verb === 'connect'
          ? { Container: container, EndpointConfig: { Aliases: aliases } }
          : { Container: container },
      timeoutMs: CHANGE_MS,
    });
  } catch (error) {
    if (!(error instanceof Error) || !DONE[verb].test(error.message)) throw error;
  }
}

const DONE = {
  connect: /already exists in network|already connected/i,
  disconnect: /is not connected to|not connected/i,
};
