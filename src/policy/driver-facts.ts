import type { EngineHost } from './engine-host.ts';
import { type Fact, fact } from './fact.ts';
import { sourceFact } from './source-fact.ts';

/** Something that an engine makes through a driver. Null: the driver that is there without being asked for. */
export interface Driven {
  /** The engine's name for it. */
  readonly name: string;
  readonly driver: string | null;
  readonly driverOptions: Readonly<Record<string, string>>;
}

/** What a volume asks of its host, as it will be sent to an engine. */
export function volumeFacts({ name, driver, driverOptions }: Driven, host: EngineHost): readonly Fact[] {
  return [
    ...(driver === null || driver === 'local' ? [] : [privilege('volume-driver', driver)]),
    ...optionFacts('volume', name, driverOptions),
    ...volumeSources(driverOptions).map((source) => sourceFact(source, host)),
  ];
}

/** What a network asks of its host: with other drivers than these it is in the networks around the host. */
export function networkFacts({ name, driver, driverOptions }: Driven): readonly Fact[] {
  return [
    ...(driver === null || ORDINARY_NETWORKS.has(driver) ? [] : [privilege('network-driver', driver)]),
    ...optionFacts('network', name, driverOptions),
  ];
}

const ORDINARY_NETWORKS: ReadonlySet<string> = new Set(['bridge', 'overlay']);

/** Options often hold a password. */
function optionFacts(
  kind: 'volume' | 'network',
  name: string,
  options: Driven['driverOptions'],
): readonly Fact[] {
  return Object.entries(options).map(([key, value]) =>
    fact('privileges', `${kind}-option:${key}=${value}`, `option "${key}" of ${kind} "${name}"`),
  );
}

/** With these a volume is a folder of the host by another name: `o: bind`, or the layers of an overlay. */
export function volumeSources({ device = '', o = '' }: Driven['driverOptions']): readonly string[] {
  const layers = [...o.matchAll(/(?<=[=:])\/[^,:]*/g)].map(([path]) => path);
  return /^(?:[/\\.]|[a-z]:[/\\])/i.test(device) ? [device, ...layers] : layers;
}

export function privilege(kind: string, name: string): Fact {
  return fact('privileges', `${kind}:${name}`, `${kind} "${name}"`);
}
