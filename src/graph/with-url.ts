import { isHeadersLaunch } from '../model/launch.ts';
import type { DesiredEntry } from '../model/resource.ts';
import { helperLine } from './helper-line.ts';
import { launchId } from './launch-id.ts';
import type { Surroundings } from './world.ts';

/** The entry with another URL. What prints its headers does so for that URL alone, and is another launch then. */
export function withUrl(
  entry: DesiredEntry,
  url: string,
  { launcher, platform }: Pick<Surroundings, 'launcher' | 'platform'>,
): DesiredEntry {
  const { spec, launch } = entry;
  if (launch === undefined || !isHeadersLaunch(launch)) return { ...entry, spec: { ...spec, url } };
  const record = { ...launch, url };
  const headersHelper = helperLine([launcher.command, ...launcher.args, launchId(record)], platform);
  return { ...entry, launch: record, spec: { ...spec, url, client: { ...spec.client, headersHelper } } };
}
