import type { PathChange, Plan, Step } from '../../../src/model/plan.ts';

/**
 * A plan, a line for each step: `update docker/container/full drifted: /resources/memory drift`. Images go by their
 * names alone.
 */
export function planLines({ steps }: Plan): readonly string[] {
  return steps.map(line);
}

function line({ action, address, because, paths }: Step): string {
  const listed =
    action === 'update' || action === 'replace' || action === 'conflict' ? paths.map(change) : [];
  return [`${action} ${short(address)} ${because}`, ...(listed.length === 0 ? [] : [listed.join(', ')])].join(
    ': ',
  );
}

function change({ pointer, cause }: PathChange): string {
  return `${pointer} ${cause}`;
}

/** `docker/image/127.0.0.1:40123/mcp/busybox@0123456789ab` → `docker/image/busybox` */
function short(address: string): string {
  return address.replace(/^(docker(?:@[^/]+)?\/image\/)(?:.*\/)?([^/@]+)@.*$/, '$1$2');
}
