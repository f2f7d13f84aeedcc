import type { ContainerSpec } from '../model/container.ts';
import { toMilliseconds } from '../model/duration.ts';
import { isImageId } from '../model/image-reference.ts';
import { toPointer } from '../model/json.ts';
import { isWithin } from '../model/leaves.ts';
import type { Pin } from '../model/lock.ts';
import type { Manifest, Server, Template } from '../model/manifest.ts';
import { binderOf, bindTemplate, joinTemplate } from './bind-template.ts';
import { containerCaveats } from './container/caveats.ts';
import type { EngineFields, Fault, Reading } from './container/fields.ts';
import { readLabels } from './container/read-labels.ts';
import { readLimits } from './container/read-limits.ts';
import { readMounts, writtenSources } from './container/read-mounts.ts';
import { readNames, readNetworks } from './container/read-networks.ts';
import { readReach } from './container/read-reach.ts';
import { readSecurity } from './container/read-security.ts';
import { readService } from './container/read-service.ts';
import { type Reason, unlocked } from './launch.ts';
import { isSecretFile, SECRETS_FOLDER, secretOf } from './secret-files.ts';

interface Site {
  readonly manifest: Manifest;
  /** What the lock says the image stands for; undefined when it does not say. */
  readonly pin: Pin | undefined;
  /** Absolute: relative paths in the manifest count from here. */
  readonly folder: string;
}

/**
 * The container that a server from an image runs in, with the safe defaults for MCP servers filled in: no
 * capabilities, no new privileges, 128 processes, an init, folders of the host read-only, ports on loopback alone,
 * and over stdio no log, because standard output is the protocol.
 *
 * With a `problem`, no engine must be asked for the spec: it holds what the manifest says and no engine would take.
 */
export function containerSpec(
  server: Server,
  { manifest, pin, folder }: Site,
): { readonly spec: ContainerSpec; readonly caveats: readonly Reason[]; readonly problem: Reason | null } {
  if (server.runtime.kind !== 'image') throw new Error(`server "${server.name}" has no image`);
  const image = contentOf(pin) ?? server.runtime.image;
  // The schema has checked the form of each field, and nothing has changed them since.
  const fields = server.engine as EngineFields;
  const reading: Reading = { fields, manifest, folder, faults: [] };
  const spec = readContainer(server, image, { ...reading, manifest });
  const problem = isPinned(image) ? problemOf(server, reading.faults) : unlocked(server, image);
  return { spec, caveats: problem === null ? containerCaveats(server, spec) : [], problem };
}

/** Files and folders of the host as the manifest spells them. */
export function writtenPaths(server: Server): readonly string[] {
  const fields = server.engine as EngineFields;
  const seccomp = fields.security?.seccomp;
  return [...writtenSources(fields), ...(seccomp === undefined || seccomp === 'unconfined' ? [] : [seccomp])];
}

/** What the lock says that runs: the image with its digest, or the id of one that only its engine has. */
function contentOf(pin: Pin | undefined): string | null {
  if (pin?.kind === 'local-image') return pin.id;
  return pin?.kind === 'image' ? pin.image : null;
}

/** `NAME[:TAG]@sha256:…` or an id, and nothing that a command line could take for an option. */
function isPinned(image: string): boolean {
  return isImageId(image) || /^[A-Za-z0-9[][A-Za-z0-9._:/[\]-]*@sha256:[0-9a-f]{64}$/.test(image);
}

function readContainer(
  server: Server,
  image: string,
  reading: Reading & { readonly manifest: Manifest },
): ContainerSpec {
  const { fields, manifest, faults } = reading;
  const life = readService(server.transport, reading);
  const isService = life.service !== null;
  const labels = readLabels(reading);
  const networks = readNetworks(isService ? server.name : null, reading);
  const service = life.service === null ? null : readReach(life.service, networks, reading);
  checkTexts(fields, faults);
  const variables = readVariables(server, isService ? joinTemplate : binderOf(server, manifest.secrets));
  const mounted = readMounts(reading);
  if (variables.secretFiles !== undefined) checkSecretsFolder(mounted, faults);
  return {
    image,
    platform: fields.platform ?? null,
    entrypoint: fields.entrypoint ?? null,
    args: server.args.map((arg) => bindTemplate(arg, manifest.secrets)),
    ...variables,
    workingDirectory: fields.workingDirectory ?? null,
    hostname: fields.hostname ?? null,
    ...readSecurity(reading),
    limits: readLimits(reading),
    ...mounted,
    networks,
    ...readNames(reading),
    ...life,
    service,
    init: fields.init ?? true,
    stopSignal: fields.stopSignal === undefined ? null : `SIG${fields.stopSignal.replace(/^SIG/, '')}`,
    stopTimeoutSeconds: Math.ceil(toMilliseconds(fields.stopTimeout ?? '10s') / 1000),
    ...labels,
    logging: labels.logging ?? (isService ? null : { driver: 'none', options: {} }),
  };
}

/** What is to be a file is named by its path, wherever the secret comes from. */
function readVariables(
  server: Server,
  bind: (template: Template) => Template,
): Pick<ContainerSpec, 'env' | 'secretFiles'> {
  const files = new Set<string>();
  const env = Object.entries(server.env).map(([name, value]): [string, Template] => {
    const secret = isSecretFile(toPointer(['env', name]), value) ? secretOf(value) : null;
    if (secret === null) return [name, bind(value)];
    files.add(secret);
    return [name, `${SECRETS_FOLDER}/${secret}`];
  });
  const secretFiles = files.size === 0 ? {} : { secretFiles: [...files].sort() };
  return { env: Object.fromEntries(env), ...secretFiles };
}

/** Where the secrets are, and in there, nothing else can be. */
function checkSecretsFolder(
  { mounts, tmpfs }: Pick<ContainerSpec, 'mounts' | 'tmpfs'>,
  faults: Fault[],
): void {
  const targets = [...mounts.map(({ target }) => target), ...tmpfs];
  const taken = targets.find((target) => isWithin(target, SECRETS_FOLDER));
  if (taken === undefined) return;
  faults.push({
    message: `"${taken}" is mounted where its secrets are to be files`,
    hint: `mount it elsewhere, or hand the secrets over in variables whose names do not end in \`_FILE\``,
  });
}

function checkTexts(fields: EngineFields, faults: Fault[]): void {
  if (fields.entrypoint?.[0] === '') {
    faults.push({ message: '`entrypoint` names no program', hint: 'write the program first' });
  }
  if (holdsNul(fields)) {
    faults.push({ message: 'no program can receive a text with a NUL in it', hint: 'remove it' });
  }
}

function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, each]) => key.includes('\0') || holdsNul(each));
}

function problemOf(server: Server, faults: readonly Fault[]): Reason | null {
  if (faults.length === 0) return null;
  return {
    code: 'GRAPH_CONTAINER_INVALID',
    message: `server "${server.name}": ${faults.map(({ message }) => message).join('; ')}`,
    hint: [...new Set(faults.map(({ hint }) => hint))].join('; '),
  };
}
