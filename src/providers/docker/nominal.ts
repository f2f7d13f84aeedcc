import { engineName } from '../../model/address.ts';
import type { NominalRequest, Observation } from '../../model/provider.ts';
import type { EngineObservation } from './observe-engine.ts';
import { assertObject } from './render.ts';

/** Engines that are known by name alone, as if each ran on the machine itself. */
export function nominal({ desired }: NominalRequest): Observation {
  const names = new Set(
    desired.map((each) => {
      assertObject(each);
      return engineName(each.engine);
    }),
  );
  const engines = new Map([...names].sort().map((name) => [name, engineOf(name)]));
  return {
    objects: new Map(),
    containers: new Map(),
    unavailable: new Map(),
    config: null,
    findings: [],
    engines: new Map([...names].sort().map((name) => [name, FACTS])),
    facts: { engines },
  };
}

const FACTS = { host: null, ports: new Map(), sharesFolders: true } as const;

function engineOf(id: string): EngineObservation {
  return { id, objects: new Map(), findings: [], unavailable: null, facts: FACTS, identity: null };
}
