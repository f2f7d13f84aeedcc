import { assertNever } from '../model/assert-never.ts';
import { isImageId } from '../model/image-reference.ts';
import { isServiceEntry } from '../model/is-service-entry.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { isLoaderVariable } from '../model/loader-variables.ts';
import type { Desired, DesiredEntry, Rendered } from '../model/resource.ts';
import { knownUrl, templateText } from '../model/template.ts';
import { containerFacts } from './container-facts.ts';
import { networkFacts, volumeFacts } from './driver-facts.ts';
import type { EngineHost } from './engine-host.ts';
import { type Fact, fact } from './fact.ts';
import { imageName, LOCAL, registryOf } from './image-name.ts';

/**
 * Everything a policy judges about one resource, from what would really be written. `host` is that of the engine it is
 * on, or has its container on.
 */
export function factsOf(desired: Desired, rendered: Rendered | undefined, host: EngineHost): readonly Fact[] {
  switch (desired.kind) {
    case 'entry':
      return entryFacts(desired, rendered, host);
    case 'container':
      return [...imageFacts(desired), ...ranFacts(desired, host)];
    case 'image':
      return imageFacts(desired);
    case 'volume':
      return volumeFacts({ name: desired.name, ...desired.volume }, host);
    case 'network':
      return networkFacts({ name: desired.name, ...desired.network });
    default:
      return assertNever(desired);
  }
}

function entryFacts(
  desired: DesiredEntry,
  rendered: Rendered | undefined,
  host: EngineHost,
): readonly Fact[] {
  const entry = entryOf(desired, rendered);
  const { client, scope } = desired.target;
  return [
    fact('clients', client, `client "${client}"`),
    fact('scopes', scope, `scope "${scope}"`),
    ...programFacts(desired, entry),
    ...loaderFacts([...entry.env, ...Object.keys(desired.container?.env ?? {})]),
    ...remoteFacts(desired, entry),
    ...(desired.container === undefined ? [] : containerFacts(desired.container, host)),
    ...secretFacts(desired),
  ];
}

function ranFacts(desired: Extract<Desired, { kind: 'container' }>, host: EngineHost): readonly Fact[] {
  const { container } = desired;
  return [
    ...loaderFacts(Object.keys(container.env)),
    ...containerFacts(container, host),
    ...secretFacts(desired),
  ];
}

function secretFacts({ secrets }: Desired): readonly Fact[] {
  return [
    ...[...new Set(secrets.map(({ locator }) => locator))].map((locator) =>
      fact('secrets', locator, `secret "${locator}"`),
    ),
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

function imageFacts(desired: Desired): readonly Fact[] {
  const name = imageName(lockedImage(desired));
  if (isLocal(desired)) return localImageFacts(name);
  const registry = registryOf(name);
  return [fact('images', name, `image "${name}"`), fact('registries', registry, `registry "${registry}"`)];
}

/** The lock alone knows the name of an image that is asked for by its id. */
function lockedImage(desired: Desired): string {
  const { runtime, pin } = desired;
  if (pin !== undefined) return `${pin.name}@${pin.digest}`;
  return runtime?.kind === 'image' ? runtime.image : (contentOf(desired) ?? '');
}

function isLocal(desired: Desired): boolean {
  const { runtime } = desired;
  return (runtime?.kind === 'image' && runtime.isLocal === true) || isImageId(contentOf(desired) ?? '');
}

function contentOf(desired: Desired): string | undefined {
  return desired.kind === 'image' ? desired.image : desired.container?.image;
}

/**
 * Whoever may build on the engine may give an image any name, so it is no proof of anything: only a pattern that says
 * `local://` allows it. What is denied under its name is denied here too.
 */
function localImageFacts(name: string): readonly Fact[] {
  const shown = `local image "${name.replace(/@.*$/, '')}"`;
  return [
    { ...fact('images', `${LOCAL}${name}`, shown), also: [name] },
    { ...fact('registries', LOCAL, shown), also: [registryOf(name)] },
  ];
}

function loaderFacts(variables: readonly string[]): readonly Fact[] {
  const names = [...new Set(variables)].filter(isLoaderVariable);
  return names.map((name) => fact('loaderVariables', name, `variable "${name}"`));
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
