import { isJsonObject, type Json } from '../model/json.ts';
import { isLoaderVariable } from '../model/loader-variables.ts';
import type { Desired, Rendered } from '../model/resource.ts';
import { knownUrl, templateText } from '../model/template.ts';
import { containerFacts, type EngineHost } from './container-facts.ts';
import { type Fact, fact } from './fact.ts';
import { imageName, registryOf } from './image-name.ts';

/** Everything a policy judges about one resource, from what would really be written. */
export function factsOf(desired: Desired, rendered: Rendered | undefined, host: EngineHost): readonly Fact[] {
  const entry = entryOf(desired, rendered);
  return [
    ...(desired.kind === 'entry'
      ? [
          fact('clients', desired.target.client, `client "${desired.target.client}"`),
          fact('scopes', desired.target.scope, `scope "${desired.target.scope}"`),
        ]
      : []),
    ...programFacts(desired, entry),
    ...loaderFacts(entry),
    ...remoteFacts(desired, entry),
    ...(desired.container === undefined ? [] : containerFacts(desired.container, host)),
    ...[...new Set(desired.secrets.map(({ locator }) => locator))].map((locator) =>
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

function entryOf(desired: Desired, rendered: Rendered | undefined): Entry {
  if (rendered === undefined && desired.kind === 'entry') {
    const { spec } = desired;
    return {
      command: spec.command === undefined ? null : templateText(spec.command),
      args: spec.args.map(templateText),
      env: Object.keys(spec.env),
      url: spec.url === undefined ? null : templateText(spec.url),
      headersHelper: textOf(spec.client['headersHelper']),
    };
  }
  const attributes = rendered?.attributes ?? {};
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
function programFacts({ runtime, pin }: Desired, { command, args }: Entry): readonly Fact[] {
  if (runtime?.kind === 'package') {
    // What runs is what the lock says, whatever range the manifest asks for.
    const text = pin?.name ?? `${runtime.ecosystem}:${runtime.name}@${runtime.version ?? ''}`;
    return [fact('packages', text, `package "${text}"`)];
  }
  if (runtime?.kind === 'image') {
    const name = imageName(pin === undefined ? runtime.image : `${pin.name}@${pin.digest}`);
    const registry = registryOf(name);
    return [fact('images', name, `image "${name}"`), fact('registries', registry, `registry "${registry}"`)];
  }
  return command === null ? [] : [{ ...fact('commands', command, `command "${command}"`), args }];
}

function loaderFacts({ env }: Entry): readonly Fact[] {
  return env.filter(isLoaderVariable).map((name) => fact('loaderVariables', name, `variable "${name}"`));
}

function remoteFacts({ runtime }: Desired, { url, headersHelper }: Entry): readonly Fact[] {
  const facts: Fact[] = [];
  if (url !== null && runtime?.kind !== 'image') {
    const host = knownUrl(url)?.host.replace(/\.(?=:|$)/, '') ?? null;
    facts.push(fact('urlHosts', host, host === null ? 'a URL whose host is not known' : `host "${host}"`));
  }
  if (headersHelper !== null) facts.push(fact('headersHelper', headersHelper, 'headersHelper'));
  return facts;
}
