import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODES, type Code } from '../../src/model/codes.ts';
import type { Finding } from '../../src/model/finding.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { finding } from '../plan/world.ts';
import { hostileText, poisoned } from './hostile.ts';
import { samplePlan } from './sample-plan.ts';

/** The official schema, as Microsoft's own matchers for SARIF carry it. It is of draft 4. */
const schemaFile = import.meta.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const { id: _id, $schema: _draft, ...schema } = JSON.parse(readFileSync(new URL(schemaFile), 'utf8'));
const ajv = new Ajv({ strict: false, unicodeRegExp: false });
addFormats.default(ajv);
const isSarif = ajv.compile(schema);

const errorsOf = (findings: readonly Finding[], label = 'team'): unknown => {
  isSarif(JSON.parse(JSON.stringify(renderSarif(findings, { version: '0.1.0', root: '/repo', label }))));
  return isSarif.errors;
};

describe('the official schema of SARIF 2.1.0', () => {
  it('takes findings of every code, and none', () => {
    const codes = Object.keys(CODES) as Code[];
    expect(errorsOf([])).toBe(null);
    expect(errorsOf(samplePlan.findings)).toBe(null);
    expect(errorsOf(codes.map((code) => finding(code)))).toBe(null);
    expect(isSarif({ version: '2.1.0', runs: [{}] })).toBe(false);
  });

  it('takes them whatever a pull request chooses', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(errorsOf(poisoned(samplePlan, text).findings, text)).toBe(null);
      }),
    );
  });
});
