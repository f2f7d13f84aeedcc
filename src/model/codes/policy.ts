import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const policyCodes = {
  POLICY_DANGER: e(
    EXIT.denied,
    'A container gets a folder of its host that gives it power over the machine, or the secrets on it, and no policy of this machine speaks of it. It is done when somebody approves it.',
  ),
  POLICY_DENIED: e(
    EXIT.denied,
    'The policy of this machine forbids what the manifest asks for. Change the manifest, or ask whoever owns the policy.',
  ),
  POLICY_EXCEPTION: e(
    EXIT.denied,
    'An exception of a policy lets something pass that this policy would warn about or deny. It says until when, and why.',
  ),
  POLICY_EXCEPTION_ENDING: e(
    EXIT.denied,
    'An exception of a policy ends within two weeks. What it lets pass is denied or warned about afterwards.',
  ),
  POLICY_EXCEPTION_EXPIRED: e(
    EXIT.denied,
    'An exception of a policy has expired, and lets nothing pass any more. Remove it, or decide anew.',
  ),
  POLICY_INVALID: e(
    EXIT.denied,
    'A policy is there, or was named with `--policy`, but cannot be read or understood, so nothing is allowed. Correct the file.',
  ),
  POLICY_WARNING: e(
    EXIT.denied,
    'The policy of this machine warns about something the manifest asks for. It is done all the same.',
  ),
} as const satisfies Record<string, CodeEntry>;
