import { isJsonObject, type Json, sameJson } from '../model/json.ts';
import type { Installed, LaunchRecord } from '../model/launch.ts';
import { readOwnFile } from '../system/launch/own-file.ts';
import type { StoreFiles } from './check-store.ts';
import type { Host } from './store-key.ts';

/** What a store is, beside its content: its name says it only to those who know it. */
interface About extends Installed {
  readonly pin: LaunchRecord['pin'];
  readonly host: Host;
}

export function printAbout(about: About): string {
  return `${JSON.stringify(about, null, 2)}\n`;
}

/** Null when it cannot be read: then the store is of no use. */
export function readAbout(store: StoreFiles): Installed | null {
  const value = parse(store);
  const isWhole = value !== null && isJsonObject(value['programs']) && value['main'] !== undefined;
  return isWhole ? (value as unknown as Installed) : null;
}

export function isOfAnotherHost(store: StoreFiles, host: Host): boolean {
  const there = parse(store)?.['host'];
  return there !== undefined && !sameJson(there as Json, host as unknown as Json);
}

const MAX_BYTES = 16 << 20;

function parse(store: StoreFiles): Record<string, unknown> | null {
  const file = readOwnFile(store.about, MAX_BYTES);
  if (file.kind !== 'there') return null;
  try {
    const value: unknown = JSON.parse(file.bytes.toString('utf8'));
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
