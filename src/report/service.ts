import { escapeText } from '../formats/escape.ts';
import { type TextOptions, wrap } from './style.ts';

/** What `service install` did; `--json` prints it as it is. */
export interface ServiceInstalled {
  readonly formatVersion: '1.0';
  readonly name: string;
  readonly file: string;
  readonly result: 'created' | 'replaced' | 'unchanged';
  /** Whether the system was told; else `commands` are still to be run. */
  readonly isStarted: boolean;
  readonly commands: readonly (readonly string[])[];
  /** Variables with credentials, which a service does not get. */
  readonly leftOut: readonly string[];
  readonly advice: string | null;
}

/** What `service uninstall` did. */
export interface ServiceRemoved {
  readonly formatVersion: '1.0';
  readonly name: string;
  readonly file: string;
  readonly isStopped: boolean;
  readonly commands: readonly (readonly string[])[];
}

/** What `service status` found. */
export interface ServiceStatus {
  readonly formatVersion: '1.0';
  readonly services: readonly {
    readonly name: string;
    readonly file: string;
    readonly standing: 'ours' | 'changed' | 'foreign';
    readonly state: 'running' | 'stopped' | 'unknown';
  }[];
}

export function renderServiceInstalled(done: ServiceInstalled, { width }: TextOptions): string {
  const { name, file, result, isStarted, commands, leftOut, advice } = done;
  const left = `Left out, because they hold credentials: ${leftOut.map(escapeText).join(', ')}`;
  return lines([
    `${escapeText(name)}: ${result}`,
    `  ${escapeText(file)}`,
    ...(isStarted ? ['It runs, and will after each login.'] : ['To start it:', ...commandLines(commands)]),
    ...(leftOut.length === 0 ? [] : wrap(left, width, '', '  ')),
    ...(advice === null ? [] : wrap(advice, width, '', '  ')),
  ]);
}

export function renderServiceRemoved({ name, file, isStopped, commands }: ServiceRemoved): string {
  return lines([
    `${escapeText(name)}: removed`,
    `  ${escapeText(file)}`,
    ...(isStopped ? ['It was stopped.'] : ['To stop the one that runs:', ...commandLines(commands)]),
  ]);
}

export function renderServiceStatus({ services }: ServiceStatus): string {
  if (services.length === 0) return 'No service is installed for this user.\n';
  return lines(
    services.flatMap(({ name, file, standing, state }) => [
      `${escapeText(name)}  ${STATES[state]}${STANDINGS[standing]}`,
      `  ${escapeText(file)}`,
    ]),
  );
}

const STATES: Readonly<Record<ServiceStatus['services'][number]['state'], string>> = {
  running: 'runs',
  stopped: 'does not run',
  unknown: 'not known whether it runs: its manager does not answer',
};

const STANDINGS: Readonly<Record<ServiceStatus['services'][number]['standing'], string>> = {
  ours: '',
  changed: ', and was edited after mcpform wrote it',
  foreign: ', and is not from mcpform',
};

function commandLines(commands: readonly (readonly string[])[]): readonly string[] {
  return commands.map((words) => `  ${words.map(quoted).join(' ')}`);
}

/** As a shell of the platform would take it, where a path has a blank in it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${escapeText(word)}"`;
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
