import type { Address } from '../model/address.ts';
import type { Work } from '../model/provider.ts';

interface Node {
  readonly work: Work;
  readonly group: string;
  readonly dependents: Node[];
  readonly index: number;
  missing: number;
  state: 'waiting' | 'ready' | 'running' | 'over';
}

/**
 * Which steps may start when. Knows nothing of what they do. Steps of one group start together, and none of a
 * group starts while another of it is running: they wait, and share the next start.
 */
export class Schedule {
  readonly #nodes = new Map<Address, Node>();
  readonly #ready = new Map<string, Node[]>();
  readonly #running = new Map<string, number>();
  #left: number;

  constructor(work: readonly Work[], groupOf: (work: Work) => string) {
    for (const one of work) this.#add({ work: one, group: groupOf(one) });
    this.#left = this.#nodes.size;
    for (const node of this.#nodes.values()) this.#connect(node);
    for (const node of this.#nodes.values()) if (node.missing === 0) this.#makeReady(node);
  }

  /** Steps that are not over. */
  get left(): number {
    return this.#left;
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** Takes every group that may start now, as long as no more than `limit` groups run. In plan order. */
  take(limit: number): readonly (readonly Work[])[] {
    const taken: (readonly Work[])[] = [];
    for (const [group, nodes] of this.#ready) {
      if (this.#running.size >= limit) break;
      if (this.#running.has(group)) continue;
      this.#ready.delete(group);
      this.#running.set(group, nodes.length);
      for (const node of nodes) node.state = 'running';
      // In plan order, whenever each of them became ready: what is written together has one order.
      taken.push(nodes.sort((a, b) => a.index - b.index).map(({ work }) => work));
    }
    return taken;
  }

  /** The step succeeded: what waited only for it is ready. */
  succeed(address: Address): void {
    for (const dependent of this.#end(address)) {
      dependent.missing -= 1;
      if (dependent.missing === 0 && dependent.state === 'waiting') this.#makeReady(dependent);
    }
  }

  /** The step did not succeed. Returns what can therefore never start, each with whom it waited for, nearest first. */
  fail(address: Address): readonly { readonly work: Work; readonly because: Address }[] {
    const skipped: { work: Work; because: Address }[] = [];
    const queue = [{ from: address, dependents: this.#end(address) }];
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      for (const dependent of at.dependents) {
        if (dependent.state !== 'waiting') continue;
        const from = dependent.work.step.address;
        skipped.push({ work: dependent.work, because: at.from });
        queue.push({ from, dependents: this.#end(from) });
      }
    }
    return skipped;
  }

  /** Ends everything that has not started, and returns it in plan order. */
  abandon(): readonly Work[] {
    const waiting = [...this.#nodes.values()].filter(({ state }) => state === 'waiting' || state === 'ready');
    for (const node of waiting) this.#end(node.work.step.address);
    this.#ready.clear();
    return waiting.map(({ work }) => work);
  }

  #add(node: Pick<Node, 'work' | 'group'>): void {
    const { address } = node.work.step;
    if (this.#nodes.has(address)) throw new Error(`two steps for "${address}"`);
    this.#nodes.set(address, {
      ...node,
      dependents: [],
      index: this.#nodes.size,
      missing: 0,
      state: 'waiting',
    });
  }

  #connect(node: Node): void {
    for (const need of new Set(node.work.step.needs)) {
      const needed = this.#nodes.get(need);
      // What is not in the plan needs nothing done, so it is there.
      if (needed === undefined) continue;
      needed.dependents.push(node);
      node.missing += 1;
    }
  }

  #makeReady(node: Node): void {
    node.state = 'ready';
    const group = this.#ready.get(node.group);
    if (group === undefined) this.#ready.set(node.group, [node]);
    else group.push(node);
  }

  #end(address: Address): readonly Node[] {
    const node = this.#nodes.get(address);
    if (node === undefined || node.state === 'over') throw new Error(`"${address}" is over already`);
    if (node.state === 'running') {
      const others = (this.#running.get(node.group) ?? 1) - 1;
      if (others === 0) this.#running.delete(node.group);
      else this.#running.set(node.group, others);
    }
    node.state = 'over';
    this.#left -= 1;
    return node.dependents;
  }
}
