import type { Provider } from '../model/provider.ts';
import type { Desired, Rendered } from '../model/resource.ts';

/**
 * In its provider's words. Something on an engine that is blocked may be what no engine has words for, such as an image
 * without a digest, or a secret; it is compared with nothing and never written.
 */
export function renderDesired(desired: Desired, provider: Provider): Rendered {
  if (desired.kind !== 'entry' && desired.blocked !== undefined) return { attributes: {}, findings: [] };
  return provider.render(desired);
}
