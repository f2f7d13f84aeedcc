import { createHash } from 'node:crypto';
import { escapeText } from '../../../formats/escape.ts';
import type { Context } from '../../../model/context.ts';
import type { Transition } from '../../model.ts';
import { isProblem } from '../is-problem.ts';
import type { Message } from './sink.ts';

const MOST_ADDRESSES = 20;
const MOST_CHARACTERS = 1500;

/** What a change of a condition says to people, on one screen, whoever wrote the names in it. */
export function toMessage(transition: Transition, { conceal }: Pick<Context, 'conceal'>): Message {
  const { before, after, time } = transition;
  const shown = (text: string): string => cut(escapeText(conceal.conceal(text)));
  const kind = isProblem(after) ? 'problem' : 'recovery';
  const stack = shown(transition.stack);
  const more = transition.addresses.length - MOST_ADDRESSES;
  const addresses = transition.addresses.slice(0, MOST_ADDRESSES).map(shown);
  return {
    id: createHash('sha256')
      .update(JSON.stringify([transition.stack, after.type, after.status, after.reason, time]))
      .digest('hex')
      .slice(0, 32),
    stack,
    kind,
    condition: after.type,
    status: after.status,
    reason: after.reason,
    before: before === null ? null : { status: before.status, reason: before.reason },
    title: kind === 'problem' ? `mcpform: ${stack}: ${after.reason}` : `mcpform: ${stack}: recovered`,
    text: shown(after.message),
    revision: after.revision === null ? null : shown(after.revision),
    addresses: more > 0 ? [...addresses, `and ${more} more`] : addresses,
    time,
  };
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
