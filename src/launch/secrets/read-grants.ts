import { McpformError } from '../../model/error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import type { LaunchGrants } from '../../model/launch.ts';
import { readOwnFile } from '../../system/launch/own-file.ts';
import { launchFiles } from '../places.ts';

const MAX_GRANTS = 1 << 20;

/**
 * What was granted to a launch; null when nothing ever was. Throws LAUNCH_REFUSED for a file that somebody else could
 * have written or read, or that is not as apply writes it.
 */
export function readLaunchGrants(data: string, id: string): LaunchGrants | null {
  const read = readOwnFile(launchFiles(data, id).grants, MAX_GRANTS, { isPrivate: true });
  if (read.kind === 'missing') return null;
  if (read.kind === 'unsafe') throw refused(id, read.because);
  const value = parse(read.bytes.toString('utf8'));
  if (isJsonObject(value) && typeof value['formatVersion'] === 'number' && value['formatVersion'] > 1) {
    throw refused(id, 'were written by a newer mcpform', 'update mcpform');
  }
  if (!isGrants(value)) throw refused(id, 'cannot be read: somebody changed them');
  return value;
}

function refused(id: string, because: string, hint = 'run `mcpform apply`, which writes them again') {
  return new McpformError('LAUNCH_REFUSED', `the grants of launch "${id}" ${because}`, { hint });
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isGrants(value: unknown): value is LaunchGrants {
  if (!isJsonObject(value)) return false;
  const { formatVersion, locators, settings } = value;
  return (
    formatVersion === 1 &&
    Array.isArray(locators) &&
    locators.every(isText) &&
    isJsonObject(settings) &&
    Object.values(settings).every(isText)
  );
}

/** No variable can hold a NUL character. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}
