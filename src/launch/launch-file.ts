import { isAbsolute } from 'node:path';
import { McpformError } from '../model/error.ts';
import { isJsonObject } from '../model/json.ts';
import {
  type AnyLaunchRecord,
  type CommandLaunchRecord,
  type HeadersLaunchRecord,
  type ImageLaunchRecord,
  isCommandLaunch,
  isHeadersLaunch,
  isImageLaunch,
  isPackageLaunch,
  type LaunchRecord,
  type Program,
} from '../model/launch.ts';
import { recordId } from './record-id.ts';

/** `<data>/launches/<id>.json`. Only `record` is in the id: the other two follow from it and what it pins. */
export interface LaunchFile {
  readonly record: LaunchRecord;
  /** `sha256:` + hex of the content manifest of the store. */
  readonly content: string;
  readonly program: Program;
}

/** The same of a server from an image. The engine keeps the image, under the digest in the record. */
export interface ImageLaunchFile {
  readonly record: ImageLaunchRecord;
}

/** The same of a program of this machine. */
export interface CommandLaunchFile {
  readonly record: CommandLaunchRecord;
  /** Absolute: what `command` meant when it was approved. */
  readonly file: string;
}

/** Nothing is started for headers. */
export interface HeadersLaunchFile {
  readonly record: HeadersLaunchRecord;
}

export type AnyLaunchFile = LaunchFile | ImageLaunchFile | CommandLaunchFile | HeadersLaunchFile;

export function printLaunchFile(file: AnyLaunchFile): string {
  const { record } = file;
  const { content, program, file: found } = file as Partial<LaunchFile & CommandLaunchFile>;
  return `${JSON.stringify({ record, content, program, file: found }, null, 2)}\n`;
}

export function isImageFile(file: AnyLaunchFile): file is ImageLaunchFile {
  return isImageLaunch(file.record);
}

export function isCommandFile(file: AnyLaunchFile): file is CommandLaunchFile {
  return isCommandLaunch(file.record);
}

export function isHeadersFile(file: AnyLaunchFile): file is HeadersLaunchFile {
  return isHeadersLaunch(file.record);
}

export function isPackageFile(file: AnyLaunchFile): file is LaunchFile {
  return isPackageLaunch(file.record);
}

/** As `parseAnyLaunchFile`, for who knows that it is a package's. */
export function parseLaunchFile(text: string, id: string): LaunchFile {
  const file = parseAnyLaunchFile(text, id);
  if (!isPackageFile(file)) throw refused(id, 'is not that of a package');
  return file;
}

/** Throws LAUNCH_REFUSED unless the text is a launch file whose record hashes to the id. */
export function parseAnyLaunchFile(text: string, id: string): AnyLaunchFile {
  const value = parseJson(text);
  if (!isJsonObject(value) || !isJsonObject(value['record'])) throw refused(id, 'cannot be read');
  const { formatVersion } = value['record'];
  if (typeof formatVersion === 'number' && formatVersion > 1) {
    throw refused(id, 'was written by a newer mcpform', 'update mcpform');
  }
  const record = value['record'] as unknown as AnyLaunchRecord;
  if (recordId(record) !== id) throw refused(id, 'does not hash to its name: somebody changed it');
  if (isImageLaunch(record)) return { record };
  if (isHeadersLaunch(record)) return { record };
  if (isCommandLaunch(record)) {
    const { file } = value;
    if (typeof file === 'string' && isAbsolute(file) && isText(file)) return { record, file };
    throw refused(id, 'does not say which program it starts: somebody changed it');
  }
  const { content, program } = value;
  // Whoever hashed right wrote all fields of the record; these two are not in the hash.
  if (typeof content !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(content) || !isProgram(program)) {
    throw refused(id, 'does not say what it starts: somebody changed it');
  }
  return { record, content, program };
}

export function refused(id: string, because: string, hint = 'run `mcpform apply`, which writes it again') {
  return new McpformError('LAUNCH_REFUSED', `the record of launch "${id}" ${because}`, { hint });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isProgram(value: unknown): value is Program {
  if (!isJsonObject(value)) return false;
  const { kind, file, args, env } = value;
  switch (kind) {
    case 'node':
      return isText(file) && (args === undefined || isTexts(args)) && (env === undefined || isTextMap(env));
    case 'python':
      return [value['python'], value['folder'], value['module'], value['object']].every(isText);
    case 'file':
      return isText(file) && isTexts(args) && isTextMap(env);
    default:
      return false;
  }
}

/** No text that goes to another program may end early. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isTextMap(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every(isText);
}
