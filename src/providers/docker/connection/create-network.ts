import { McpformError } from '../../../model/error.ts';
import type { NetworkInfo, NetworkRequest } from '../api.ts';
import { type Caller, call } from './call.ts';
import { listNetworks } from './list-networks.ts';
import { quoted } from './names.ts';
import { isNewer } from './negotiate.ts';
import { removeNetwork } from './remove-network.ts';
import { objectOf } from './shapes.ts';

const CREATE_MS = 60_000;
/** Of Docker 25, the last whose networks may share a name. */
const LAST_WITH_TWINS = '1.44';

/** Returns the id. ENGINE_NAME_TAKEN when there is one of that name, or somebody else made one in the same moment. */
export async function createNetwork(caller: Caller, request: NetworkRequest): Promise<string> {
  const doing = `create network ${quoted(request.Name)}`;
  const { value } = await call(caller, {
    operation: 'create',
    doing,
    method: 'POST',
    path: '/networks/create',
    // Engines that can have several look for others only when they are told to.
    body: { ...request, CheckDuplicate: true },
    timeoutMs: CREATE_MS,
  });
  const { Id: id } = objectOf<{ readonly Id: string }>(value, 'Id', doing);
  if (caller.isPodman || isNewer(caller.version ?? '', LAST_WITH_TWINS)) return id;
  const [first] = await twinsOf(caller, request.Name);
  if (first === undefined || first.Id === id) return id;
  await removeNetwork(caller, id);
  throw new McpformError(
    'ENGINE_NAME_TAKEN',
    `${caller.name} has got another network ${quoted(request.Name)} in the meantime`,
    {
      hint: 'somebody else made it: rename it, or the network',
    },
  );
}

type Dated = NetworkInfo & { readonly Created?: string };

/** The oldest comes first, for everybody who looks. */
async function twinsOf(caller: Caller, name: string): Promise<readonly Dated[]> {
  const networks: readonly Dated[] = await listNetworks(caller);
  const keyOf = ({ Created = '', Id }: Dated): string => `${Created} ${Id}`;
  return networks.filter(({ Name }) => Name === name).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
