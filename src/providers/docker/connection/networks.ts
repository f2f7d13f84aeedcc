import type { Engine } from '../engine.ts';
import { type Caller, call } from './call.ts';
import { createNetwork } from './create-network.ts';
import { EngineFailure } from './engine-failure.ts';
import { listNetworks } from './list-networks.ts';
import { inPath, quoted } from './names.ts';
import { removeNetwork } from './remove-network.ts';

const CHANGE_MS = 60_000;

type Networks = Pick<
  Engine,
  'listNetworks' | 'createNetwork' | 'removeNetwork' | 'connectNetwork' | 'disconnectNetwork'
>;

export function networksOf(caller: Caller): Networks {
  return {
    listNetworks: () => listNetworks(caller),
    createNetwork: (request) => createNetwork(caller, request),
    removeNetwork: (idOrName) => removeNetwork(caller, idOrName),
    connectNetwork: (idOrName, container, aliases) =>
      connect(caller, { network: idOrName, container, aliases }),
    disconnectNetwork: (idOrName, container) => disconnect(caller, { network: idOrName, container }),
  };
}

interface Attachment {
  readonly network: string;
  readonly container: string;
}

async function connect(
  caller: Caller,
  { network, container, aliases }: Attachment & { readonly aliases: readonly string[] },
): Promise<void> {
  try {
    await call(caller, {
      operation: 'network',
      doing: `connect container ${quoted(container)} to network ${quoted(network)}`,
      method: 'POST',
      path: `/networks/${inPath(network)}/connect`,
      body: { Container: container, EndpointConfig: { Aliases: aliases } },
      timeoutMs: CHANGE_MS,
    });
  } catch (error) {
    if (!says(error, /already exists in network|already connected/i)) throw error;
  }
}

async function disconnect(caller: Caller, { network, container }: Attachment): Promise<void> {
  try {
    await call(caller, {
      operation: 'network',
      doing: `disconnect container ${quoted(container)} from network ${quoted(network)}`,
      method: 'POST',
      path: `/networks/${inPath(network)}/disconnect`,
      body: { Container: container },
      timeoutMs: CHANGE_MS,
      // There is no such network, or no such container.
      fine: [404],
    });
  } catch (error) {
    if (!says(error, /not connected/i)) throw error;
  }
}

function says(error: unknown, words: RegExp): boolean {
  return error instanceof EngineFailure && words.test(error.words);
}
