import { describe, expect, it } from 'vitest';
import type { PathChange, Step } from '../../../../src/model/plan.ts';
import type { Observation } from '../../../../src/model/provider.ts';
import type { Observed } from '../../../../src/model/resource.ts';
import type { EngineObservation } from '../../../../src/providers/docker/observe-engine.ts';
import { objectPlace } from '../../../../src/providers/docker/place.ts';
import { review } from '../../../../src/providers/docker/review.ts';
import { planOf } from '../../claude-code/world.ts';

const placeOf = (name: string) => objectPlace('docker:ID', null, { kind: 'container', name });

function step(action: Step['action'], name: string, paths: readonly PathChange[] = []): Step {
  return {
    address: `docker/container/${name.replace('demo.', '')}`,
    provider: 'docker',
    action,
    because: 'declared',
    place: placeOf(name),
    paths,
    needs: [],
    secrets: [],
    isDestructive: false,
    precondition: 'absent',
  };
}

const setTo = (pointer: string, value: string | number): PathChange => ({
  pointer,
  after: { value },
  cause: 'config',
});

interface There {
  readonly ports?: Readonly<Record<number, string>>;
  readonly observed?: readonly Observed[];
  readonly cannotLimit?: readonly string[];
}

function reviewed(steps: readonly Step[], { ports = {}, observed = [], cannotLimit = [] }: There) {
  const facts = {
    host: null,
    ports: new Map(Object.entries(ports).map(([port, name]) => [Number(port), name])),
  };
  const engine = { identity: { cannotLimit } } as unknown as EngineObservation;
  const observation: Observation = {
    objects: new Map(observed.map((each) => [each.place.key, each])),
    containers: new Map(),
    unavailable: new Map(),
    config: null,
    findings: [],
    engines: new Map([['docker', facts]]),
    facts: { engines: new Map([['docker', engine]]) },
  };
  const plan = planOf(steps.map((each) => ({ step: each, attributes: null, record: null })));
  return review(plan, observation).map(({ code, severity, message }) => `${code} ${severity}: ${message}`);
}

const web = step('create', 'demo.web', [setTo('/ports/80~1tcp', '127.0.0.1:3001')]);
const taken =
  'ENGINE_PORT_TAKEN warning: container "theirs" on "docker" has port 3001, which docker/container/web is to be published on';

describe('a port', () => {
  it('that another container has is told before it fails', () => {
    expect(reviewed([web], { ports: { 3001: 'theirs' } })).toEqual([taken]);
  });

  it('is told also when a stopped container is only started again', () => {
    const observed = {
      place: placeOf('demo.web'),
      attributes: { name: 'demo.web', status: 'exited', ports: { '80/tcp': '127.0.0.1:3001' } },
      unknown: [],
    };
    const start = step('update', 'demo.web', [setTo('/status', 'running')]);
    expect(reviewed([start], { ports: { 3001: 'theirs' }, observed: [observed] })).toEqual([taken]);
    const moved = step('replace', 'demo.web', [setTo('/ports/80~1tcp', '127.0.0.1:3002')]);
    expect(reviewed([moved], { ports: { 3001: 'theirs' }, observed: [observed] })).toEqual([]);
  });

  it('is nobody’s concern when it is the container’s own, or given up by the plan', () => {
    expect(reviewed([web], { ports: { 3001: 'demo.web' } })).toEqual([]);
    expect(reviewed([web], { ports: { 3001: 'demo.web.op-1.old' } })).toEqual([]);
    expect(reviewed([web, step('delete', 'demo.old')], { ports: { 3001: 'demo.old' } })).toEqual([]);
    const observed = {
      place: placeOf('demo.web'),
      attributes: { name: 'mine', ports: { '80/tcp': '127.0.0.1:3001' } },
      unknown: [],
    };
    const back = step('update', 'demo.web', [setTo('/name', 'demo.web')]);
    expect(reviewed([back], { ports: { 3001: 'mine' }, observed: [observed] })).toEqual([]);
  });
});

describe('a limit', () => {
  it('that the engine drops is told', () => {
    const limited = step('create', 'demo.web', [setTo('/resources/memory', 1), setTo('/resources/pids', 1)]);
    expect(reviewed([limited], { cannotLimit: ['memory', 'cpus'] })).toEqual([
      'ENGINE_REFUSED warning: the engine "docker" cannot limit memory, and drops what docker/container/web asks for',
    ]);
    expect(reviewed([limited], {})).toEqual([]);
  });
});
