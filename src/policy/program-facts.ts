import { isLoaderVariable } from '../model/loader-variables.ts';
import type { Transport } from '../model/manifest.ts';
import type { Desired } from '../model/resource.ts';
import { type Fact, fact } from './fact.ts';

/** Variables that choose the code a program loads, wherever it runs. */
export function loaderFacts(variables: readonly string[]): readonly Fact[] {
  const names = [...new Set(variables)].filter(isLoaderVariable);
  return names.map((name) => fact('loaderVariables', name, `variable "${name}"`));
}

/** How it and its client talk. */
export function transportFact(transport: Transport): Fact {
  return fact('transports', transport, `transport "${transport}"`);
}

/** What it gets of a person's. */
export function secretFacts({ secrets }: Desired): readonly Fact[] {
  const locators = [...new Set(secrets.map(({ locator }) => locator))];
  return locators.map((locator) => fact('secrets', locator, `secret "${locator}"`));
}
