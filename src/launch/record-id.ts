import { canonicalJson, type Json } from '../model/json.ts';
import type { AnyLaunchRecord } from '../model/launch.ts';
import { sha256 } from './sha256.ts';

/** What a launch id looks like; anything else is never made part of a path. */
export const LAUNCH_ID = /^[A-Za-z0-9][A-Za-z0-9_-]*-[0-9a-f]{32}$/;

/** The same as `launchId` in `graph/`, without loading what that loads. A test compares the two. */
export function recordId(record: AnyLaunchRecord): string {
  return `${record.server}-${sha256(canonicalJson(record as unknown as Json)).slice(0, 32)}`;
}
