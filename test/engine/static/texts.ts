import type { RevisionTexts } from '../../../src/engine/static/revision-texts.ts';
import { type StaticRequest, staticPlan } from '../../../src/engine/static/static-plan.ts';
import type { Plan } from '../../../src/model/plan.ts';

/** A revision with this manifest at the root of its repository; null: with none. */
export function revision(manifest: string | null, lock: string | null = null): RevisionTexts {
  const text = (path: string, content: string) => ({ path, bytes: Buffer.from(content) });
  return {
    manifests: manifest === null ? [] : [text('mcp.yaml', manifest)],
    missing: [],
    lock: lock === null ? null : text('mcp.lock.yaml', lock),
  };
}

export function stack(rest: string): string {
  return `apiVersion: mcpform/v1\nkind: Stack\nname: team\n${rest}`;
}

export const FROM = '1'.repeat(40);
export const TO = '2'.repeat(40);

export async function planOf(
  base: RevisionTexts,
  head: RevisionTexts,
  more: Partial<Omit<StaticRequest, 'base' | 'head'>> = {},
): Promise<Plan> {
  return await staticPlan({
    between: { from: FROM, to: TO },
    given: { variables: {}, ambient: [], allowedLiterals: [] },
    targets: [],
    allowsDowngrade: false,
    ...more,
    base,
    head,
  });
}

/** `update claude-code/user/fs /env/A`. */
export function lines({ steps }: Plan): readonly string[] {
  return steps.map(({ action, address, paths }) =>
    [action, address, ...paths.map(({ pointer }) => pointer)].join(' '),
  );
}

export function codes({ findings }: Plan): readonly string[] {
  return findings.map(({ code }) => code);
}
