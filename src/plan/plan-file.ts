import { timingSafeEqual } from 'node:crypto';
import { McpformError } from '../model/error.ts';
import { canonicalJson, isJsonObject, type Json } from '../model/json.ts';
import type { Plan } from '../model/plan.ts';
import { validatePlan } from '../schema/plan.validate.js';
import type { SchemaError } from '../schema/schema-error.ts';
import { planIdOf } from './plan-id.ts';

/** A saved plan: an approval record, not a script. `mac` says that this machine made it. */
export interface PlanFile {
  readonly kind: 'PlanFile';
  readonly plan: Plan;
  /** Keyed digest of the plan's canonical JSON. */
  readonly mac: string;
}

export interface OpenedPlan {
  readonly plan: Plan;
  /** This machine made it, unchanged since. Without that it may be shown, and approves nothing. */
  readonly isOurs: boolean;
}

/** A plan of 5,000 creates takes about a quarter of each. */
const MAX_LENGTH = 32 * 1024 * 1024;
const MAX_MEMBERS = 1_000_000;
const MAX_DEPTH = 100;

/** `digest` is the context's: keyed with this machine's state key. */
export function sealPlan(plan: Plan, digest: (text: string) => string): PlanFile {
  return { kind: 'PlanFile', plan, mac: macOf(plan, digest) };
}

export function printPlanFile(file: PlanFile): string {
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads what may come from anybody. Throws PLAN_FILE_INVALID for all that is not a plan as the schema has it,
 * whole and consistent with its own id. `digest` is null where there is no key: then nothing is ours.
 */
export function openPlanFile(text: string, digest: ((text: string) => string) | null): OpenedPlan {
  checkSize(text);
  const { plan, mac } = unwrap(parse(text));
  if (!validatePlan(plan)) throw invalid(describe(validatePlan.errors));
  // The validator has just held it against the published schema, which a test holds against the type.
  const checked = plan as unknown as Plan;
  if (planIdOf(checked) !== checked.planId) throw invalid('its id is not that of its content');
  return { plan: checked, isOurs: digest !== null && isSame(mac, macOf(checked, digest)) };
}

/** No other text that we digest begins like this, so no digest shown elsewhere can stand in for it. */
function macOf(plan: Plan, digest: (text: string) => string): string {
  return digest(`plan file 1\n${canonicalJson(plan as unknown as Json)}`);
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid('it is not JSON');
    throw error;
  }
}

function unwrap(value: unknown): { readonly plan: unknown; readonly mac: string } {
  if (!isJsonObject(value) || value['kind'] !== 'PlanFile') throw invalid('it has not "kind": "PlanFile"');
  const { plan, mac } = value;
  if (typeof mac !== 'string' || mac.length > 200) throw invalid('it has no seal');
  if (isJsonObject(plan) && plan['formatVersion'] !== '1.0') {
    throw invalid('its plan has a format version that this release does not know');
  }
  return { plan, mac };
}

/**
 * Before parsing, because what walks the value afterwards is recursive and keeps every fault it finds. What
 * stands in strings does not count.
 */
function checkSize(text: string): void {
  if (text.length > MAX_LENGTH) throw invalid('it is larger than 32 MiB');
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === ',') members += 1;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > MAX_DEPTH) throw invalid(`it is nested deeper than ${MAX_DEPTH} levels`);
  }
  if (members > MAX_MEMBERS) throw invalid(`it has more than ${MAX_MEMBERS} values`);
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function describe(errors: readonly SchemaError[] | null | undefined): string {
  const first = errors?.[0];
  return first === undefined
    ? 'it has not the shape of a plan'
    : `"plan${first.instancePath}" is not as it should be`;
}

function invalid(reason: string): McpformError {
  return new McpformError('PLAN_FILE_INVALID', `not a plan file: ${reason}`, {
    hint: 'make a new one with `mcpform plan --out FILE`',
  });
}
