import type { ContainerSpec } from '../../../../src/model/container.ts';
import type { Work } from '../../../../src/model/provider.ts';
import type { DesiredObject } from '../../../../src/model/resource.ts';
import { containerOf } from '../../../support/container-spec.ts';
import { called, emptyWorld, type FakeContainer, type FakeWorld, IMAGE } from './fake-world.ts';
import { plan, play } from './stage.ts';
import { containerNamed, networkNamed, placeFor, volumeNamed } from './works.ts';

/** One step, what is on the engine before it, and what shall be. */
export interface Scenario {
  readonly name: string;
  /** There before, all made by `run-1`. */
  readonly there: readonly DesiredObject[];
  readonly change?: (world: FakeWorld) => void;
  /** Planned from what is there at the moment. */
  readonly step: (world: FakeWorld) => Promise<Work>;
  /** Declared, too: a plan that is made afterwards has steps for it where it is not as declared. */
  readonly beside?: readonly DesiredObject[];
  /** What is on the engine when the step was not done. */
  readonly before: readonly string[];
  /** And when it was; null when it never can be. */
  readonly after: readonly string[] | null;
}

const PORT = { address: '127.0.0.1', port: 3001 };
const service = { transport: 'http', port: 3001, path: '/mcp', publish: PORT } as const;
export const web = (...args: readonly string[]): DesiredObject => webWith({}, ...args);
export const webWith = (changes: Partial<ContainerSpec>, ...args: readonly string[]): DesiredObject =>
  containerNamed('web', { image: IMAGE, args, service, ...changes });
const site = (...args: readonly string[]): DesiredObject =>
  containerNamed('site', { image: IMAGE, args, service });
/** Publishes nothing. */
const quiet = (...args: readonly string[]): DesiredObject => containerNamed('web', { image: IMAGE, args });
const inTools = (): DesiredObject =>
  containerNamed('web', {
    image: IMAGE,
    args: ['serve'],
    networks: [{ network: 'demo.tools', isExternal: false, aliases: ['web'] }],
  });

const OLD = 'demo.web running run-1';
const NEW = 'demo.web running run-2';

const is =
  (status: FakeContainer['status']) =>
  (world: FakeWorld): void => {
    called(world, 'demo.web').status = status;
  };

/** Whoever is killed in one of these leaves what was there, or what was wanted, once that is recovered. */
export const ALL_OR_NOTHING: readonly Scenario[] = [
  {
    name: 'create',
    there: [],
    step: (world) => plan(world, web('serve')),
    before: [],
    after: [NEW],
  },
  {
    name: 'create what ends at once',
    there: [],
    step: (world) => plan(world, web('exit', '3')),
    before: [],
    after: null,
  },
  {
    name: 'replace, the old one first',
    there: [web('serve')],
    step: (world) => plan(world, web('serve', 'better')),
    before: [OLD],
    after: [NEW],
  },
  {
    name: 'replace, side by side',
    there: [quiet('serve')],
    step: (world) => plan(world, quiet('serve', 'better')),
    before: [OLD],
    after: [NEW],
  },
  {
    name: 'replace by what ends at once',
    there: [web('serve')],
    step: (world) => plan(world, web('exit', '3')),
    before: [OLD],
    after: null,
  },
  {
    name: 'replace by what crashes again and again',
    there: [web('serve')],
    step: (world) => plan(world, web('crash', '3')),
    before: [OLD],
    after: null,
  },
  {
    name: 'replace what does not run',
    there: [web('serve')],
    change: is('exited'),
    step: (world) => plan(world, web('serve', 'better')),
    before: ['demo.web exited run-1'],
    after: [NEW],
  },
  {
    name: 'replace what is paused',
    there: [web('serve')],
    change: is('paused'),
    step: (world) => plan(world, web('serve', 'better')),
    before: ['demo.web paused run-1'],
    after: [NEW],
  },
  {
    name: 'replace what is dead, as an update',
    there: [web('serve')],
    change: is('dead'),
    step: (world) => plan(world, web('serve')),
    before: ['demo.web dead run-1'],
    after: [NEW],
  },
  {
    name: 'delete',
    there: [web('serve')],
    step: (world) => plan(world, web('serve'), { desired: null }),
    before: [OLD],
    after: [],
  },
  {
    name: 'move',
    there: [web('serve')],
    step: (world) => moved(world, site('serve')),
    before: [OLD],
    after: ['demo.site running run-1'],
  },
  {
    name: 'move what is to be replaced, too',
    there: [web('serve')],
    step: (world) => moved(world, site('better')),
    before: [OLD],
    after: ['demo.site running run-2'],
  },
  {
    name: 'start',
    there: [web('serve')],
    change: is('exited'),
    step: (world) => plan(world, web('serve')),
    before: ['demo.web exited run-1'],
    after: [OLD],
  },
  {
    name: 'create a network',
    there: [],
    step: (world) => plan(world, networkNamed('tools')),
    before: [],
    after: ['network demo.tools run-2'],
  },
  {
    name: 'delete a network',
    there: [networkNamed('tools')],
    step: (world) => plan(world, networkNamed('tools'), { desired: null }),
    before: ['network demo.tools run-1'],
    after: [],
  },
  {
    name: 'create a volume',
    there: [],
    step: (world) => plan(world, volumeNamed('data')),
    before: [],
    after: ['volume demo.data run-2'],
  },
  {
    name: 'delete a volume',
    there: [volumeNamed('data')],
    step: (world) => plan(world, volumeNamed('data'), { desired: null }),
    before: ['volume demo.data run-1'],
    after: [],
  },
];

/** What takes several calls that no engine can take as one: the next plan goes on from wherever they end. */
export const PIECE_BY_PIECE: readonly Scenario[] = [
  {
    name: 'change limits, networks and status of',
    there: [networkNamed('tools'), web('serve')],
    change: is('exited'),
    step: (world) => plan(world, changed()),
    before: ['demo.web exited run-1', 'network demo.tools run-1'],
    after: ['demo.web running run-1 in demo.tools', 'network demo.tools run-1 with demo.web'],
  },
  {
    name: 'replace a network under',
    there: [networkNamed('tools'), inTools()],
    beside: [inTools()],
    step: (world) => plan(world, networkNamed('tools', { isInternal: true })),
    before: ['demo.web running run-1 in demo.tools', 'network demo.tools run-1 with demo.web'],
    after: ['demo.web running run-1 in demo.tools', 'network demo.tools run-2 with demo.web'],
  },
  {
    name: 'replace a volume beside',
    there: [volumeNamed('data'), web('serve')],
    step: (world) => plan(world, volumeNamed('data', { type: 'tmpfs' })),
    before: [OLD, 'volume demo.data run-1'],
    after: [OLD, 'volume demo.data run-2'],
  },
];

function changed(): DesiredObject {
  const network = { network: 'demo.tools', isExternal: false, aliases: ['web'] };
  const limits = { ...containerOf().limits, memoryBytes: 64 << 20 };
  return webWith({ networks: [network], limits }, 'serve');
}

function moved(world: FakeWorld, to: DesiredObject): Promise<Work> {
  return plan(world, to, { action: 'move', previousPlace: placeFor('docker:FAKE', web()) });
}

/** Not ours, and has to stay as it is. */
export const FOREIGN = 'other running foreign';

/** The engine as it is before the step. */
export async function set({ there: objects, change }: Scenario): Promise<FakeWorld> {
  const world = emptyWorld();
  for (const desired of objects) {
    const { performed } = await play(world, await plan(world, desired, { operation: 'run-1' }));
    if (!('result' in performed) || performed.result !== 'done') throw new Error(JSON.stringify(performed));
  }
  await play(world, await plan(world, containerNamed('other', { image: IMAGE }), { operation: 'x' }));
  const made = called(world, 'demo.other');
  world.containers.set(made.id, { ...made, name: 'other', request: { ...made.request, Labels: {} } });
  change?.(world);
  return world;
}
