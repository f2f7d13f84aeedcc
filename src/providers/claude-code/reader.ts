import { resolve } from 'node:path';
import type { Target } from '../../model/address.ts';
import type { Context } from '../../model/context.ts';
import { McpformError } from '../../model/error.ts';
import type { Finding } from '../../model/finding.ts';
import type { JsonObject } from '../../model/json.ts';
import { projectFile } from './paths.ts';
import { isInside } from './place.ts';
import { type ConfigFile, readConfig, unavailable, unreadable } from './read-config.ts';
import { kindOfConfig, refuseLinks, statOrNull } from './write-target.ts';

/** Files by path, each read once, and why some are not available. */
export class Reader {
  readonly unavailable = new Map<string, Finding>();
  readonly #files = new Map<string, Promise<ConfigFile>>();
  readonly #known = new Map<string, ConfigFile>();
  readonly #ctx: Context;
  readonly #root: string | null;

  constructor(ctx: Context, root: string | null) {
    this.#ctx = ctx;
    this.#root = root;
  }

  read(file: string): Promise<ConfigFile> {
    let reading = this.#files.get(file);
    if (reading === undefined) {
      reading = this.#read(file);
      this.#files.set(file, reading);
    }
    return reading;
  }

  /** What a file holds that was read before; null when it is absent or not available. */
  value(file: string): JsonObject | null {
    const found = this.#known.get(file);
    return found?.kind === 'there' && !this.unavailable.has(file) ? found.value : null;
  }

  fail(file: string, finding: Finding): void {
    if (!this.unavailable.has(file)) this.unavailable.set(file, finding);
  }

  /** A project target in a folder that is not there could only fail while writing. */
  async requireFolder({ scope, folder }: Target): Promise<void> {
    if (scope !== 'project' || folder === undefined || this.unavailable.has(projectFile(folder))) return;
    if ((await statOrNull(folder, this.#ctx.system.files)) !== null) return;
    const message = `folder "${folder}" does not exist`;
    this.fail(projectFile(folder), unavailable('CLIENT_FOLDER_MISSING', message, folder).finding);
  }

  async #read(file: string): Promise<ConfigFile> {
    const found = (await this.#refused(file)) ?? (await readConfig(file, this.#ctx.system.files));
    this.#known.set(file, found);
    if (found.kind === 'unavailable') this.fail(file, found.finding);
    return found;
  }

  async #refused(file: string): Promise<ConfigFile | null> {
    if (kindOfConfig(file) !== 'project') return null;
    const root = this.#root;
    try {
      if (root !== null && isInside(file, root))
        await refuseLinks(file, this.#ctx.system.files, resolve(root));
      await refuseLinks(file, this.#ctx.system.files);
      return null;
    } catch (error) {
      if (error instanceof McpformError) return unavailable(error.code, error.message, file, error.hint);
      return unreadable(file, error);
    }
  }
}
