import { join } from 'node:path';
import { isErrno } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Files } from '../../model/system.ts';
import { readConfig, unreadable } from './read-config.ts';

/** Everybody who may say something about servers, in the files where they do. */
export interface Settings {
  /** The administrator's: main file first, then the drop-ins by name. */
  readonly managed: readonly JsonObject[];
  /** `settings.json` of the user. */
  readonly user: JsonObject;
  /** The administrator's own servers, when they replace everybody else's. */
  readonly exclusive: { readonly file: string; readonly names: readonly string[] } | null;
}

/** Settings of one project folder: committed, and the user's own. */
export interface ProjectSettings {
  readonly committed: JsonObject;
  readonly own: JsonObject;
}

/** Reads settings files. One that is broken is a finding and counts as empty: it only decides what findings say. */
export class SettingsReader {
  readonly findings: Finding[] = [];
  readonly #files: Files;

  constructor(files: Files) {
    this.#files = files;
  }

  async read(userFolder: string, managedFolders: readonly string[]): Promise<Settings> {
    const all = await Promise.all(managedFolders.map((folder) => this.#readManaged(folder)));
    return {
      managed: all.flat(),
      user: await this.#readOne(join(userFolder, 'settings.json')),
      exclusive: await this.#readExclusive(managedFolders),
    };
  }

  async readProject(folder: string): Promise<ProjectSettings> {
    return {
      committed: await this.#readOne(join(folder, '.claude', 'settings.json')),
      own: await this.#readOne(join(folder, '.claude', 'settings.local.json')),
    };
  }

  async #readManaged(folder: string): Promise<readonly JsonObject[]> {
    const main = await this.#readOne(join(folder, 'managed-settings.json'));
    const dropIns = join(folder, 'managed-settings.d');
    const files = (await this.#list(dropIns)).filter((name) => name.endsWith('.json')).sort();
    return [main, ...(await Promise.all(files.map((name) => this.#readOne(join(dropIns, name)))))];
  }

  async #list(folder: string): Promise<readonly string[]> {
    try {
      return await this.#files.list(folder);
    } catch (error) {
      if (!isErrno(error, 'ENOENT', 'ENOTDIR')) this.note(unreadable(folder, error).finding);
      return [];
    }
  }

  /** That the file is there is enough for the client to ignore all other servers, valid or not (2.1.328). */
  async #readExclusive(folders: readonly string[]): Promise<Settings['exclusive']> {
    for (const folder of folders) {
      const file = join(folder, 'managed-mcp.json');
      const found = await readConfig(file, this.#files);
      if (found.kind === 'absent') continue;
      if (found.kind === 'unavailable') this.note(found.finding);
      const servers = found.kind === 'there' ? found.value['mcpServers'] : undefined;
      return { file, names: isJsonObject(servers) ? Object.keys(servers) : [] };
    }
    return null;
  }

  async #readOne(path: string): Promise<JsonObject> {
    const found = await readConfig(path, this.#files);
    if (found.kind === 'unavailable') this.note(found.finding);
    return found.kind === 'there' ? found.value : {};
  }

  /** What a file that only `review` needs would have said is not known; that stops nothing. */
  note(finding: Finding): void {
    this.findings.push({
      ...finding,
      code: 'CLIENT_SETTINGS_UNREADABLE',
      severity: 'warning',
      message: `${finding.message}; what it says about servers is not known`,
    });
  }
}

/** The texts of a list; anything else in it, or instead of it, counts as nothing. */
export function textsIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
