import type { Finding } from '../../model/finding.ts';
import { fromPointer, type Json } from '../../model/json.ts';
import { isWithin } from '../../model/leaves.ts';
import type { Plan, Step } from '../../model/plan.ts';
import type { Observation } from '../../model/provider.ts';
import { asContainer } from './attributes.ts';
import { isLeftover } from './find-containers.ts';
import type { DockerFacts } from './observe.ts';
import { kindOf, nameOf } from './place.ts';

/** What people should know of a plan for containers before it is applied. */
export function review(plan: Plan, observation: Observation): readonly Finding[] {
  const steps = plan.steps.filter((step) => step.provider === 'docker' && kindOf(step.place) === 'container');
  return steps
    .filter(makesRun)
    .flatMap((step) => [
      ...takenPorts(step, steps, observation),
      ...uselessLimits(step, observation.facts as DockerFacts),
    ]);
}

function makesRun({ action }: Step): boolean {
  return action === 'create' || action === 'update' || action === 'replace' || action === 'move';
}

/** A port that another container has, unless the plan takes it away from there. */
function takenPorts(
  step: Step,
  steps: readonly Step[],
  { engines, objects }: Observation,
): readonly Finding[] {
  const taken = engines?.get(step.place.file)?.ports;
  if (taken === undefined) return [];
  const own = objects.get((step.previousPlace ?? step.place).key)?.attributes['name'];
  return portsAfter(step, objects).flatMap((port): readonly Finding[] => {
    const holder = taken.get(port);
    if (holder === undefined || holder === own || isOf(holder, step)) return [];
    if (isLeaving(holder, steps, step.place.file)) return [];
    return [
      {
        code: 'ENGINE_PORT_TAKEN',
        severity: 'warning',
        message: `container "${holder}" on "${step.place.file}" has port ${port}, which ${step.address} is to be published on`,
        hint: `stop that container, or choose another port with \`publish\``,
        address: step.address,
      },
    ];
  });
}

/** Ports of the host, as the step leaves them. */
function portsAfter(step: Step, objects: Observation['objects']): readonly number[] {
  const observed = objects.get((step.previousPlace ?? step.place).key);
  const ports = new Map<string, Json>(
    Object.entries(observed === undefined ? {} : (asContainer(observed.attributes).ports ?? {})),
  );
  for (const { pointer, after } of step.paths) {
    if (!isWithin(pointer, '/ports')) continue;
    const [, port = ''] = fromPointer(pointer);
    ports.delete(port);
    if (after !== undefined && 'value' in after) ports.set(port, after.value);
  }
  const places = [...ports.values()].flatMap((place) => (typeof place === 'string' ? place.split(', ') : []));
  return places.map((place) => Number(/:(\d+)$/.exec(place)?.[1])).filter((port) => port > 0);
}

function isOf(holder: string, { place }: Step): boolean {
  return holder === nameOf(place) || isLeftover(holder, nameOf(place));
}

/** Whether another step gives the port up first; what it needs orders them. */
function isLeaving(holder: string, steps: readonly Step[], file: string): boolean {
  return steps.some(
    ({ action, place, paths }) =>
      nameOf(place) === holder &&
      place.file === file &&
      (action === 'delete' || paths.some(({ pointer }) => isWithin(pointer, '/ports'))),
  );
}

/** Limits that the engine would take, drop, and be asked for again by each plan. */
function uselessLimits(step: Step, { engines }: DockerFacts): readonly Finding[] {
  const cannot = engines.get(step.place.file)?.identity?.cannotLimit ?? [];
  const limits = cannot.filter((limit) =>
    step.paths.some(({ pointer, after }) => pointer === `/resources/${limit}` && after !== undefined),
  );
  if (limits.length === 0) return [];
  return [
    {
      code: 'ENGINE_REFUSED',
      severity: 'warning',
      message: `the engine "${step.place.file}" cannot limit ${limits.join(', ')}, and drops what ${step.address} asks for`,
      hint: `remove it from \`resources\`, or run an engine whose kernel can (\`docker info\` warns about it)`,
      address: step.address,
    },
  ];
}
