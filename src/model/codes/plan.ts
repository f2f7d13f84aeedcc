import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const planCodes = {
  PLAN_ADDRESS_UNKNOWN: e(
    EXIT.usage,
    'A flag names an address that neither the manifest nor the state has. `mcpform status` lists them.',
  ),
  PLAN_BASE_ABSENT: e(
    EXIT.ok,
    'The revision that a plan starts from has no manifest, or not all files of it: what only the other one has is new everywhere.',
  ),
  PLAN_BASE_UNREADABLE: e(
    EXIT.error,
    'The revision that a plan starts from has a manifest or lock that is not valid, so nobody knows what machines have of it. Everything is shown as if it were new.',
  ),
  PLAN_DATA_LOSS: e(
    EXIT.stale,
    'A volume would be deleted, or made anew, with everything in it. Allow it with `--allow-destroy`, or keep the volume with `mcpform forget`.',
  ),
  PLAN_EMPTY: e(
    EXIT.stale,
    'The manifest declares nothing while the state has resources. Pass the right file, run `mcpform destroy`, or allow it with `--allow-destroy`.',
  ),
  PLAN_EXCEEDS_APPROVAL: e(
    EXIT.stale,
    'Applying now would do something that the approved plan does not list. Review a new plan; the message names the resource and the field that moved.',
  ),
  PLAN_FILES_CHANGED: e(
    EXIT.partial,
    'The manifest is made of other files than when it was last applied, so nothing is deleted. Pass the same files, or `--files-changed`.',
  ),
  PLAN_FILE_INVALID: e(
    EXIT.error,
    'The file is not a plan that mcpform wrote, or it was damaged or edited. Make a new one with `mcpform plan --out FILE`.',
  ),
  PLAN_KEPT_VALUE: e(
    EXIT.partial,
    'Deleting an entry would also lose a value inside it that mcpform never wrote, such as one under `lifecycle.keep`. The entry is left alone.',
  ),
  PLAN_MANIFEST_REMOVED: e(
    EXIT.stale,
    'The manifest is gone in the newer revision. Machines that follow it stop there and keep what they have; `mcpform destroy` removes it.',
  ),
  PLAN_MASS_DELETE: e(
    EXIT.stale,
    'More than 3 and more than 30 % of the resources would be deleted. Allow it with `--allow-destroy`, or apply a reviewed plan file.',
  ),
  PLAN_MOVED_BOTH_DECLARED: e(
    EXIT.error,
    'Both ends of a pair in `moved` are declared, so it is not a rename. Remove one of the servers or the pair.',
  ),
  PLAN_MOVED_CYCLE: e(EXIT.error, 'The pairs in `moved` go in a circle. Remove one of them.'),
  PLAN_MOVED_TWICE: e(
    EXIT.error,
    'In `moved`, one address goes to two others, or two addresses in the state go to one. Keep one pair.',
  ),
  PLAN_PLACE_UNKNOWN: e(
    EXIT.error,
    'The lock says that an entry is ours, but its address does not lead to a file here. It is left alone.',
  ),
  PLAN_STACK_RENAMED: e(
    EXIT.partial,
    'The stack has another name than in the revision that a plan starts from. To a machine it is another stack: what the old one has stays until somebody removes it.',
  ),
  PLAN_STALE: e(
    EXIT.stale,
    'The plan was made for another stack, machine or state than this one, or before a later apply. Make a new plan.',
  ),
  PLAN_STATIC: e(
    EXIT.usage,
    'A plan between two revisions is of no machine, and is only shown. Make one here with `mcpform plan --out FILE`.',
  ),
} as const satisfies Record<string, CodeEntry>;
