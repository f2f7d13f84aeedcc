import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderEventJson, renderVersionLine } from '../../src/report/events.ts';
import { renderPlanJson } from '../../src/report/plan-json.ts';
import { SYMBOLS } from '../../src/report/style.ts';
import { BECAUSE, CAUSE } from '../../src/report/words.ts';
import { arbitraryWorld } from '../plan/arbitrary-world.ts';
import { planOf } from '../plan/world.ts';
import { everyEvent } from './every-event.ts';
import { emptyPlan, replacingPlan, samplePlan } from './sample-plan.ts';

interface Schema {
  readonly $defs: Readonly<Record<string, { readonly enum?: readonly string[]; readonly properties?: Defs }>>;
}
type Defs = Readonly<Record<string, { readonly enum?: readonly string[] }>>;

const read = (name: string): Schema & object =>
  JSON.parse(readFileSync(`${import.meta.dirname}/../../schemas/${name}.schema.json`, 'utf8')) as Schema;
const planSchema = read('plan');
const eventSchema = read('event');

function validator(schema: object): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}
const validatePlan = validator(planSchema);
const validateEvent = validator(eventSchema);

describe('the plan as JSON', () => {
  it('reads as it always did', async () => {
    await expect(renderPlanJson(samplePlan)).toMatchFileSnapshot(`${import.meta.dirname}/golden/plan.json`);
  });

  it.each([samplePlan, replacingPlan, emptyPlan])('has the published shape', (plan) => {
    validatePlan(JSON.parse(renderPlanJson(plan)));
    expect(validatePlan.errors).toBeNull();
  });

  it('has the published shape whatever there is to plan', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        validatePlan(JSON.parse(renderPlanJson(planOf(world))));
        expect(validatePlan.errors).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('publishes the very words that the program knows', () => {
    expect(wordsOf('step', 'because').sort()).toEqual(Object.keys(BECAUSE).sort());
    expect(wordsOf('step', 'action').sort()).toEqual(Object.keys(SYMBOLS).sort());
    expect(wordsOf('pathChange', 'cause').sort()).toEqual(Object.keys(CAUSE).sort());
  });
});

function wordsOf(shape: string, field: string): string[] {
  return [...(planSchema.$defs[shape]?.properties?.[field]?.enum ?? [])];
}

describe('events as NDJSON', () => {
  it.each(everyEvent.map((event) => [event.kind, event] as const))(
    '%s has the published shape',
    (_kind, event) => {
      validateEvent(JSON.parse(renderEventJson(event, 1, 0)));
      expect(validateEvent.errors).toBeNull();
    },
  );

  it('begin with a line of the published shape', () => {
    validateEvent(JSON.parse(renderVersionLine('1.2.3')));
    expect(validateEvent.errors).toBeNull();
  });

  it('share the words and shapes of plans', () => {
    expect(eventSchema.$defs['action']?.enum).toEqual(wordsOf('step', 'action'));
    expect(eventSchema.$defs['because']?.enum).toEqual(wordsOf('step', 'because'));
    for (const shape of ['finding', 'at', 'address', 'pointer']) {
      expect(eventSchema.$defs[shape]).toEqual(planSchema.$defs[shape]);
    }
  });
});

describe('the schemas', () => {
  it.each([
    ['plan', planSchema],
    ['event', eventSchema],
  ])('describe every field of a %s', (_name, schema) => {
    const bare: string[] = [];
    visit(schema, '', (node, path) => {
      for (const [name, property] of Object.entries((node['properties'] as object) ?? {})) {
        if (!('description' in property) && !('$ref' in property)) bare.push(`${path}/${name}`);
      }
    });
    expect(bare).toEqual([]);
  });
});

function visit(
  node: unknown,
  path: string,
  see: (node: Record<string, unknown>, path: string) => void,
): void {
  if (typeof node !== 'object' || node === null) return;
  see(node as Record<string, unknown>, path);
  for (const [key, child] of Object.entries(node)) visit(child, `${path}/${key}`, see);
}
