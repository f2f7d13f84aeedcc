import type { Finding } from '../../model/finding.ts';
import type { Listing } from './indexes.ts';
import type { Project } from './project-name.ts';

export interface CoolDownRequest {
  readonly project: Project;
  readonly server: string;
  readonly cooldownMs: number;
  readonly nowMs: number;
}

export interface CooledDown {
  /** Versions that are too young, as the index writes them. */
  readonly exclusions: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * The versions pip must not choose. Their age is that of their first wheel: a wheel that is added later, for one
 * more platform, makes no version young again. An index that does not tell ages is one that cools nothing down.
 */
export function coolDown(
  listing: Listing,
  { project, server, cooldownMs, nowMs }: CoolDownRequest,
): CooledDown {
  const first = new Map<string, number>();
  const wheels = listing.pages.flatMap((page) => page.wheels);
  for (const { versionText, uploadedAt } of wheels) {
    if (uploadedAt === null) continue;
    first.set(
      versionText,
      Math.min(Date.parse(uploadedAt), first.get(versionText) ?? Number.POSITIVE_INFINITY),
    );
  }
  const isBlind = listing.isIncomplete || wheels.some(({ uploadedAt }) => uploadedAt === null);
  const young = [...first].filter(([, uploadedMs]) => uploadedMs > nowMs - cooldownMs);
  return {
    exclusions: young.map(([version]) => version),
    findings: [isBlind ? blind(server, project) : onlyTop(server, project)],
  };
}

function blind(server: string, { name }: Project): Finding {
  return {
    code: 'RESOLVE_COOLDOWN',
    severity: 'warning',
    message: `server "${server}": an index does not say when versions of "${name}" were published, so none is held back`,
    hint: 'lock with uv on the PATH, or write the exact version',
  };
}

function onlyTop(server: string, { name }: Project): Finding {
  return {
    code: 'RESOLVE_COOLDOWN',
    severity: 'info',
    message: `server "${server}": the cooldown holds for "${name}", not for what it depends on: pip chooses that`,
    hint: 'lock with uv on the PATH to hold everything back',
  };
}
