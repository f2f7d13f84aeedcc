import { escapeText } from '../formats/escape.ts';
import type { Address } from '../model/address.ts';
import type { At, Finding } from '../model/finding.ts';
import type { Pointer } from '../model/json.ts';
import type { Step } from '../model/plan.ts';
import type { PinSummary, Place } from '../model/resource.ts';
import { type FindingsTextOptions, position } from './findings.ts';
import { pinWords } from './pin-words.ts';
import { renderStep } from './plan-text.ts';
import { atRevision, type Standing } from './status.ts';
import { palette } from './style.ts';
import { localTime } from './times.ts';
import { showPointer } from './values.ts';
import { count } from './words.ts';

/** One pointer that we own or declare, and how it stands. Never a value. */
export interface PointerStatus {
  readonly pointer: Pointer;
  /** Ours: the books have it. */
  readonly isOwned: boolean;
  /** What is there against what is declared; `absent` where nothing is there. */
  readonly now: 'equal' | 'differs' | 'absent' | 'unknown';
}

/** Everything known about one address; `--json` prints it as it is. */
export interface ExplainReport {
  readonly formatVersion: '1.0';
  readonly address: Address;
  readonly state: Standing;
  /** Where the manifest declares it; null when it does not. */
  readonly declaredAt: At | null;
  /** Where it lives; null when nobody can tell. */
  readonly place: Place | null;
  readonly isProtected: boolean;
  /** It was there before us. */
  readonly isAdopted: boolean;
  /** Sorted by pointer. */
  readonly pointers: readonly PointerStatus[];
  /** Locators of the secrets it receives. */
  readonly secrets: readonly string[];
  readonly dependsOn: readonly Address[];
  /** What the lock says it stands for; null for commands and URLs, and for what is not locked. */
  readonly pin: PinSummary | null;
  /** What was done to it, oldest first. */
  readonly applied: readonly ExplainedApply[];
  /** What a plan would do now; null when nothing. */
  readonly step: Step | null;
  readonly findings: readonly Finding[];
}

export interface ExplainedApply {
  readonly generation: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly revision: string | null;
  readonly action: Step['action'];
  readonly result: string;
}

/** The whole story of one address, for people. Findings have their own place. */
export function renderExplain(report: ExplainReport, options: FindingsTextOptions): string {
  const colors = palette(options);
  const sections = [
    [colors.bold(escapeText(report.address)), ...facts(report, options)],
    pointers(report),
    history(report),
    report.step === null
      ? []
      : ['A plan would do this:', '', renderStep(report.step, report.findings, options)],
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function facts(report: ExplainReport, { cwd }: FindingsTextOptions): readonly string[] {
  const { declaredAt, place, secrets, dependsOn } = report;
  const flags = [report.isProtected ? 'protected' : '', report.isAdopted ? 'adopted' : ''].filter(Boolean);
  return [
    `  state       ${[report.state, ...flags].join(', ')}`,
    `  declared    ${declaredAt === null ? 'nowhere' : escapeText(position(declaredAt, cwd))}`,
    `  lives in    ${place === null ? 'no known place' : livesIn(place)}`,
    ...(secrets.length === 0 ? [] : [`  receives    ${secrets.map(escapeText).join(', ')}`]),
    ...(report.pin === null ? [] : [`  pinned      ${pinWords(null, report.pin)}`]),
    ...(dependsOn.length === 0 ? [] : [`  depends on  ${dependsOn.map(escapeText).join(', ')}`]),
  ];
}

function livesIn(place: Place): string {
  const shared = place.isShared ? ', shared through git' : '';
  return `${escapeText(place.file)} at ${escapeText(place.path.join('.'))}${shared}`;
}

const NOW: Readonly<Record<PointerStatus['now'], string>> = {
  equal: 'as declared',
  differs: 'differs from what is declared',
  absent: 'not there',
  unknown: 'could not be read',
};

function pointers({ pointers }: ExplainReport): readonly string[] {
  if (pointers.length === 0) return [];
  const rows = pointers.map((each) => ({ ...each, name: showPointer(each.pointer) }));
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, isOwned, now }) => {
    return `  ${name.padEnd(width)}  ${isOwned ? 'ours    ' : 'not ours'}  ${NOW[now]}`;
  });
  return [`${count(pointers.length, 'value')}:`, ...lines];
}

function history({ applied }: ExplainReport): readonly string[] {
  if (applied.length === 0) return ['Never applied on this machine.'];
  const lines = [...applied].reverse().map((each) => {
    const when = `#${each.generation} ${localTime(each.time)}${atRevision(each.revision)}`;
    return `  ${when}  ${each.action}, ${escapeText(each.result)}`;
  });
  return ['Applied:', ...lines];
}
