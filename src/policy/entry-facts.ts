import { isServiceEntry } from '../model/is-service-entry.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { isCommandLaunch, isHeadersLaunch, isImageLaunch } from '../model/launch.ts';
import type { DesiredEntry, Rendered } from '../model/resource.ts';
import { knownUrl, templateText } from '../model/template.ts';
import { containerFacts } from './container-facts.ts';
import type { EngineHost } from './engine-host.ts';
import { type Fact, fact } from './fact.ts';
import { imageFacts } from './image-facts.ts';
import { loaderFacts, secretFacts, transportFact } from './program-facts.ts';

/** What a client would start or call, from what would be written; `host` is that of the engine that runs it. */
export function entryFacts(
  desired: DesiredEntry,
  rendered: Rendered | undefined,
  host: EngineHost,
): readonly Fact[] {
  const entry = behindLaunch(desired, entryOf(desired, rendered));
  const { client, scope } = desired.target;
  return [
    fact('clients', client, `client "${client}"`),
    fact('scopes', scope, `scope "${scope}"`),
    transportFact(desired.spec.transport),
    ...programFacts(desired, entry),
    ...loaderFacts([...entry.env, ...Object.keys(desired.container?.env ?? {})]),
    ...remoteFacts(desired, entry),
    ...(desired.container === undefined ? [] : containerFacts(desired.container, host)),
    ...secretFacts(desired),
  ];
}

interface Entry {
  readonly command: string | null;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly url: string | null;
  readonly headersHelper: string | null;
}

function entryOf({ spec }: DesiredEntry, rendered: Rendered | undefined): Entry {
  if (rendered === undefined) {
    return {
      command: spec.command === undefined ? null : templateText(spec.command),
      args: spec.args.map(templateText),
      env: Object.keys(spec.env),
      url: spec.url === undefined ? null : templateText(spec.url),
      headersHelper: textOf(spec.client['headersHelper']),
    };
  }
  const { attributes } = rendered;
  const args = attributes['args'];
  const env = attributes['env'];
  return {
    command: textOf(attributes['command']),
    args: Array.isArray(args) ? args.map(String) : [],
    env: isJsonObject(env) ? Object.keys(env) : [],
    url: textOf(attributes['url']),
    headersHelper: textOf(attributes['headersHelper']),
  };
}

/** What goes through `mcpform exec` is judged as what that starts, and a header helper of ours as none. */
function behindLaunch({ launch }: DesiredEntry, entry: Entry): Entry {
  if (launch === undefined || isImageLaunch(launch)) return entry;
  if (isHeadersLaunch(launch)) return { ...entry, headersHelper: null };
  const env = [...entry.env, ...Object.keys(launch.env ?? {})];
  if (!isCommandLaunch(launch)) return { ...entry, env };
  return { ...entry, command: templateText(launch.command), args: launch.args.map(templateText), env };
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** A package or image is judged as such, not as the npx or docker that starts it. */
function programFacts(desired: DesiredEntry, { command, args }: Entry): readonly Fact[] {
  const { runtime, pin } = desired;
  // What runs is a container of ours, and judged there.
  if (isServiceEntry(desired)) return [];
  if (runtime?.kind === 'package') {
    // What runs is what the lock says, whatever range the manifest asks for.
    const text = pin?.name ?? `${runtime.ecosystem}:${runtime.name}@${runtime.version ?? ''}`;
    return [fact('packages', text, `package "${text}"`)];
  }
  if (runtime?.kind === 'image') return imageFacts(desired);
  return command === null ? [] : [{ ...fact('commands', command, `command "${command}"`), args }];
}

function remoteFacts({ runtime }: DesiredEntry, { url, headersHelper }: Entry): readonly Fact[] {
  const facts: Fact[] = [];
  if (url !== null && runtime?.kind !== 'image') {
    const host = knownUrl(url)?.host.replace(/\.(?=:|$)/, '') ?? null;
    facts.push(fact('urlHosts', host, host === null ? 'a URL whose host is not known' : `host "${host}"`));
  }
  if (headersHelper !== null) facts.push(fact('headersHelper', headersHelper, 'headersHelper'));
  return facts;
}
