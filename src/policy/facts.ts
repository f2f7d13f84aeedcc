import { assertNever } from '../model/assert-never.ts';
import type { Desired, Rendered } from '../model/resource.ts';
import { containerFacts } from './container-facts.ts';
import { networkFacts, volumeFacts } from './driver-facts.ts';
import type { EngineHost } from './engine-host.ts';
import { entryFacts } from './entry-facts.ts';
import type { Fact } from './fact.ts';
import { imageFacts } from './image-facts.ts';
import { loaderFacts, secretFacts, transportFact } from './program-facts.ts';

/**
 * Everything a policy judges about one resource, from what would really be written. `host` is that of the engine it is
 * on, or has its container on.
 */
export function factsOf(desired: Desired, rendered: Rendered | undefined, host: EngineHost): readonly Fact[] {
  switch (desired.kind) {
    case 'entry':
      return entryFacts(desired, rendered, host);
    case 'container':
      return [...imageFacts(desired), ...ranFacts(desired, host)];
    case 'image':
      return imageFacts(desired);
    case 'volume':
      return volumeFacts({ name: desired.name, ...desired.volume }, host);
    case 'network':
      return networkFacts({ name: desired.name, ...desired.network });
    default:
      return assertNever(desired);
  }
}

function ranFacts(desired: Extract<Desired, { kind: 'container' }>, host: EngineHost): readonly Fact[] {
  const { container } = desired;
  return [
    ...(container.service === null ? [] : [transportFact(container.service.transport)]),
    ...loaderFacts(Object.keys(container.env)),
    ...containerFacts(container, host),
    ...secretFacts(desired),
  ];
}
