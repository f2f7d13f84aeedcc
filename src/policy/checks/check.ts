import type { Code } from '../../model/codes.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Pointer } from '../../model/json.ts';
import type { Lock, Pin } from '../../model/lock.ts';
import type { Manifest, Server } from '../../model/manifest.ts';
import type { Step } from '../../model/plan.ts';
import type { Desired } from '../../model/resource.ts';
import type { PolicyChecks } from '../../schema/policy.types.ts';

/** What a policy file calls a check. */
export type CheckId = keyof PolicyChecks;

/** `off` says nothing, `note` informs, `warn` warns, `deny` refuses. */
export type Level = NonNullable<PolicyChecks[CheckId]>;

/** One built-in check: a question that every manifest can be asked, on any machine, without looking at anything else. */
export interface Check {
  readonly id: CheckId;
  readonly code: Code;
  /** What applies where a policy does not say. */
  readonly level: Level;
  /** What it looks for, and why, in a sentence. */
  readonly why: string;
  readonly hint: string;
  /** Findings without a level that say the same; this one takes their place. */
  readonly says?: Code;
  /** It is about what a plan would do, so there must be one. */
  readonly isAboutSteps?: true;
  readonly find: (world: CheckWorld) => readonly Hit[];
}

/** All that checks look at. */
export interface CheckWorld {
  readonly manifest: Manifest;
  readonly lock: Lock;
  /** Of the revision that this one is compared with; null where there is none. */
  readonly before: Lock | null;
  /** Those that are switched on, by name, in declaration order. */
  readonly servers: ReadonlyMap<string, CheckedServer>;
  readonly desired: readonly Desired[];
  /** The servers that need a resource. */
  readonly usersOf: (one: Desired) => readonly string[];
  /** Where the manifest holds what looks like a credential, and was let pass. */
  readonly literals: readonly Pointer[];
  /** Empty before there is a plan. */
  readonly steps: readonly Step[];
}

export interface CheckedServer {
  readonly server: Server;
  readonly desired: readonly Desired[];
  /** What the lock says, where it answers what the manifest asks. */
  readonly pin: Pin | null;
  /** What an engine is asked for, or would be once the image is locked; null without an image. */
  readonly container: ContainerSpec | null;
}

/** One place where a check found what it looks for. `words` go after the server's name, and hold no value. */
export interface Hit {
  /** Null for what is no server's. */
  readonly server: string | null;
  readonly words: string;
  /** In the manifest; null for what is no longer in it. */
  readonly pointer: Pointer | null;
  /** Where it is not that of its server. */
  readonly address?: string;
}

/** What is found in servers one by one, at a field of each. */
export function perServer(
  judge: (
    checked: CheckedServer,
  ) => { readonly field: string | readonly string[]; readonly words: string } | null,
): Check['find'] {
  return ({ servers }) =>
    [...servers.values()].flatMap((checked): readonly Hit[] => {
      const found = judge(checked);
      if (found === null) return [];
      const { name, declaredIn } = checked.server;
      const path = typeof found.field === 'string' ? [found.field] : found.field;
      return [{ server: name, words: found.words, pointer: [declaredIn, ...path].join('/') }];
    });
}
