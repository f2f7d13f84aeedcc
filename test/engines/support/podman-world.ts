import { type Podman, startPodman } from '../../support/engine-podman.ts';
import { type Relay, relayTo } from '../../support/engine-relay.ts';
import { makeStackWorld, type StackWorld } from './stack-world.ts';

/** A stack's world on Podman, which has a network of its own and reaches the registry all the same. */
export async function makePodmanWorld(): Promise<StackWorld<Podman>> {
  const relays: Relay[] = [];
  const world = await makeStackWorld(async (registry) => {
    const podman = await startPodman({ insecureRegistries: [registry] });
    relays.push(await relayTo(podman, Number(registry.split(':')[1])));
    return podman;
  });
  const remove = async (): Promise<void> => {
    for (const relay of relays) await relay.close();
    await world.remove();
  };
  return { ...world, remove };
}
