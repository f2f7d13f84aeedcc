import { createHash } from 'node:crypto';
import { escapeText } from '../formats/escape.ts';
import { CODES, type Code } from '../model/codes.ts';
import type { Finding, Severity } from '../model/finding.ts';
import { clip } from './clip.ts';
import type { SarifLevel, SarifLog, SarifPlace, SarifResult, SarifRule } from './sarif-log.ts';
import { count } from './words.ts';
import { workspaceFile } from './workspace-file.ts';

export interface SarifOptions {
  /** Of mcpform. */
  readonly version: string;
  /** The workspace, absolute: only files in it are named. */
  readonly root: string;
  /** What is looked at; results of another label do not take the place of these. */
  readonly label: string;
  /** Where findings stand that are about no file of the workspace: GitHub shows none without a place. */
  readonly file?: string;
}

/**
 * Findings for code scanning. Those that matter most come first, and none beyond what GitHub takes: 25,000 results,
 * and 10 MB packed, which is more than this ever is unpacked.
 */
export function renderSarif(findings: readonly Finding[], options: SarifOptions): SarifLog {
  const all = findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
  const codes = [...new Set(all.map(({ code }) => code))].sort();
  const results = fitting(all, codes, options);
  const cut = all.length - results.length;
  const note = {
    level: 'warning',
    message: { text: `${count(cut, 'finding')} left out: there are too many` },
  } as const;
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'mcpform',
            semanticVersion: options.version,
            informationUri: REPOSITORY,
            rules: codes.map((code) => ruleOf(code, all)),
          },
        },
        automationDetails: { id: `mcpform/${show(options.label, MAX_NAME).replaceAll('/', '%2F')}/` },
        columnKind: 'utf16CodeUnits',
        invocations: [
          { executionSuccessful: true, ...(cut === 0 ? {} : { toolExecutionNotifications: [note] }) },
        ],
        results,
      },
    ],
  };
}

const REPOSITORY = 'https://github.com/mcpform/mcpform';
const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };
const LEVEL: Readonly<Record<Severity, SarifLevel>> = { error: 'error', warning: 'warning', info: 'note' };
const MAX_RESULTS = 25_000;
const MAX_BYTES = 9_000_000;
/** GitHub's, of a description; a message is cut to the same where it is shown. */
const MAX_TEXT = 1_024;
const MAX_NAME = 300;

function fitting(
  all: readonly Finding[],
  codes: readonly Code[],
  options: SarifOptions,
): readonly SarifResult[] {
  const results: SarifResult[] = [];
  const seen = new Map<string, number>();
  let used = 0;
  for (const finding of all.slice(0, MAX_RESULTS)) {
    const result = resultOf(finding, codes.indexOf(finding.code), seen, options);
    used += Buffer.byteLength(JSON.stringify(result));
    if (used > MAX_BYTES) break;
    results.push(result);
  }
  return results;
}

function ruleOf(code: Code, findings: readonly Finding[]): SarifRule {
  const meaning = meaningOf(code);
  const level = findings.find((finding) => finding.code === code)?.severity ?? 'warning';
  return {
    id: idOf(code),
    shortDescription: { text: clip(firstSentence(meaning), MAX_TEXT) },
    fullDescription: { text: clip(meaning, MAX_TEXT) },
    helpUri: `${REPOSITORY}/blob/main/docs/errors.md#${encodeURIComponent(idOf(code).toLowerCase())}`,
    defaultConfiguration: { level: LEVEL[level] },
  };
}

/** A plan that is read from a file may be of another version, and have codes that we do not know. */
function meaningOf(code: Code): string {
  return Object.hasOwn(CODES, code) ? CODES[code].meaning : idOf(code);
}

function idOf(code: Code): string {
  return show(code, MAX_NAME);
}

function firstSentence(text: string): string {
  return /^.+?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
}

function resultOf(
  finding: Finding,
  ruleIndex: number,
  seen: Map<string, number>,
  options: SarifOptions,
): SarifResult {
  const { code, severity, message, hint } = finding;
  const place = placeOf(finding, options);
  const text = hint === undefined ? message : `${message}. Hint: ${hint}`;
  return {
    ruleId: idOf(code),
    ruleIndex,
    level: LEVEL[severity],
    // `[words](address)` would be a link: SARIF 2.1.0, 3.11.6.
    message: { text: show(text, MAX_TEXT).replaceAll('](', '] (') },
    locations: [{ physicalLocation: place }],
    partialFingerprints: { primaryLocationLineHash: fingerprint(finding, place, seen) },
  };
}

function placeOf({ at }: Finding, { root, file: fallback = 'mcp.yaml' }: SarifOptions): SarifPlace {
  const found = at === undefined ? null : workspaceFile(root, at.file);
  const file = found ?? workspaceFile(root, fallback) ?? 'mcp.yaml';
  const isThere = found !== null && at?.line !== undefined;
  return {
    artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
    region: {
      startLine: isThere ? (at.line ?? 1) : 1,
      ...(isThere && at.column !== undefined ? { startColumn: at.column } : {}),
    },
  };
}

/** The same when lines move: of what it is about, not of where that stands. */
function fingerprint(
  { code, at, address, message }: Finding,
  place: SarifPlace,
  seen: Map<string, number>,
): string {
  const about = at?.pointer ?? address ?? at?.excerpt?.trim() ?? message;
  const parts = [code, place.artifactLocation.uri, about];
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  const number = (seen.get(hash) ?? 0) + 1;
  seen.set(hash, number);
  return `${hash}:${number}`;
}

function show(text: string, max: number): string {
  return clip(escapeText(clip(text, max)), max - 60);
}
