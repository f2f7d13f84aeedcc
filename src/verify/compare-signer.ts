import type { Finding } from '../model/finding.ts';
import { toPointer } from '../model/json.ts';
import type { Signer } from '../model/lock.ts';
import { isSameSigner } from './judge.ts';
import type { Verification } from './verification.ts';

export interface SignerComparison {
  readonly server: string;
  /** What the lock says; undefined when it says nothing. */
  readonly locked: Signer | undefined;
  readonly verified: Verification;
  /** `--locked` and `--check`: the content is the same, so a change is an error. Else it is a warning. */
  readonly isLocked: boolean;
  readonly file: string;
}

/** Whether somebody else signed than the lock says: VERIFY_SIGNER_CHANGED or VERIFY_UNSIGNED, located in the lock. */
export function compareSigner(comparison: SignerComparison): readonly Finding[] {
  const { server, locked, verified, isLocked, file } = comparison;
  if (locked === undefined || verified.kind === 'unasked') return [];
  const is = {
    severity: isLocked ? 'error' : 'warning',
    at: { file, pointer: toPointer(['servers', server, 'signer']) },
  } as const;
  if (verified.kind === 'unsigned') {
    return [
      {
        code: 'VERIFY_UNSIGNED',
        ...is,
        message: `"${server}" was signed by ${shown(locked)}, and nobody's signature of it holds now`,
        hint: 'find out why it is no longer signed before you take it',
      },
    ];
  }
  const isSame = isLocked ? isSameSigner : isSameButForTag;
  if (isSame(locked, verified.signer)) return [];
  return [
    {
      code: 'VERIFY_SIGNER_CHANGED',
      ...is,
      message: `"${server}" is signed by ${shown(verified.signer)}; the lock says ${shown(locked)}`,
      hint: `find out why before you take it; \`mcpform lock --update ${server}\` writes the new signer`,
    },
  ];
}

/** A workflow that signs releases has another tag in its name each time. A branch instead of a tag is another matter. */
function isSameButForTag(a: Signer, b: Signer): boolean {
  return isSameSigner({ ...a, identity: withoutTag(a.identity) }, { ...b, identity: withoutTag(b.identity) });
}

function withoutTag(identity: string): string {
  return identity.replace(/^([^@]*@refs\/tags\/).+$/s, '$1');
}

function shown({ issuer, identity }: Signer): string {
  return issuer === 'key' ? `the key "${identity}"` : `"${identity}" of "${issuer}"`;
}
