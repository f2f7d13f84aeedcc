import { LABEL_PREFIX } from '../../model/container.ts';
import type { ProcessOwner } from '../../model/process-owner.ts';
import type { MachineIdentity } from '../../model/system.ts';
import { LAUNCH_ID } from '../record-id.ts';

/** Who started a container for a client, and lives as long as it should. */
export interface ContainerOwner extends ProcessOwner {
  readonly launchId: string;
  readonly server: string;
}

const NAMES = {
  launch: `${LABEL_PREFIX}launch`,
  server: `${LABEL_PREFIX}server`,
  machine: `${LABEL_PREFIX}machine`,
  boot: `${LABEL_PREFIX}boot`,
  pidNamespace: `${LABEL_PREFIX}pidns`,
  pid: `${LABEL_PREFIX}pid`,
  startTime: `${LABEL_PREFIX}started`,
} as const;

const SERVER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const MACHINE = /^[0-9a-f]{32}$/;
/** What a kernel calls a boot, a namespace or a time: macOS has times with spaces. */
const WORD = /^[\x20-\x7e]{1,128}$/;
const WORD_OR_NONE = /^[\x20-\x7e]{0,128}$/;
const PID = /^[1-9][0-9]{0,9}$/;

/** The label that finds what we started; it says nothing yet about whose it is. */
export const LAUNCH_LABEL = NAMES.launch;

/**
 * What a container of a server over standard input and output is labelled with. `identity` is the process that goes
 * when the client does: who `execve`s into `docker run` keeps its pid and its start. What the machine does not know
 * is an empty label.
 */
export function launcherLabels(
  launchId: string,
  server: string,
  identity: MachineIdentity,
): Record<string, string> {
  return {
    [NAMES.launch]: launchId,
    [NAMES.server]: server,
    [NAMES.machine]: identity.machineId,
    [NAMES.boot]: identity.bootId,
    [NAMES.pidNamespace]: identity.pidNamespace ?? '',
    [NAMES.pid]: String(identity.pid),
    [NAMES.startTime]: identity.startTime ?? '',
  };
}

/** Who started it, as it says itself: a hint, never a proof. Null unless every label is there, in the form we write. */
export function ownerOf(labels: Readonly<Record<string, string>>): ContainerOwner | null {
  const read = (name: string, form: RegExp): string | null => {
    const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
    return typeof value === 'string' && form.test(value) ? value : null;
  };
  const launchId = read(NAMES.launch, LAUNCH_ID);
  const server = read(NAMES.server, SERVER);
  const machineId = read(NAMES.machine, MACHINE);
  const bootId = read(NAMES.boot, WORD);
  const pidNamespace = read(NAMES.pidNamespace, WORD_OR_NONE);
  const pid = read(NAMES.pid, PID);
  const startTime = read(NAMES.startTime, WORD_OR_NONE);
  if (launchId === null || server === null || machineId === null || bootId === null) return null;
  if (!launchId.startsWith(`${server}-`) || pidNamespace === null || pid === null || startTime === null)
    return null;
  return {
    launchId,
    server,
    machineId,
    bootId,
    pidNamespace: pidNamespace === '' ? null : pidNamespace,
    pid: Number(pid),
    startTime: startTime === '' ? null : startTime,
  };
}

/** Those of the labels that this file is about, whatever they hold. */
export function labelsOfOurs(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names: readonly string[] = Object.values(NAMES);
  return Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
}
