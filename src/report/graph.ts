import { escapeText } from '../formats/escape.ts';
import type { Address } from '../model/address.ts';
import type { Plan, Step } from '../model/plan.ts';
import { SYMBOLS } from './style.ts';

export type GraphFormat = 'mermaid' | 'dot';

/**
 * The dependency graph: an arrow goes from what waits to what it waits for. `dependsOn` adds the declared
 * dependencies of what needs nothing; without it the graph has the plan's steps and what they wait for.
 */
export function renderGraph(
  plan: Plan,
  format: GraphFormat,
  dependsOn: Readonly<Record<Address, readonly Address[]>> = {},
): string {
  const graph = graphOf(plan, dependsOn);
  return format === 'dot' ? dot(plan, graph) : mermaid(graph);
}

interface Graph {
  /** Every address in it, sorted, with its step if it has one. */
  readonly nodes: readonly { readonly address: Address; readonly step: Step | undefined }[];
  readonly edges: readonly (readonly [Address, Address])[];
}

function graphOf(plan: Plan, dependsOn: Readonly<Record<Address, readonly Address[]>>): Graph {
  const steps = new Map(plan.steps.map((step) => [step.address, step]));
  const edges = new Map<string, readonly [Address, Address]>();
  const connect = (from: Address, to: Address): void => {
    edges.set(JSON.stringify([from, to]), [from, to]);
  };
  for (const step of plan.steps) {
    for (const need of step.needs) connect(step.address, need);
    if (step.blockedBy !== undefined) connect(step.address, step.blockedBy);
  }
  for (const [address, dependencies] of Object.entries(dependsOn)) {
    for (const dependency of dependencies) connect(address, dependency);
  }
  const addresses = new Set([...steps.keys(), ...plan.unchanged, ...[...edges.values()].flat()]);
  return {
    nodes: [...addresses].sort().map((address) => ({ address, step: steps.get(address) })),
    edges: [...edges].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, edge]) => edge),
  };
}

function label(address: Address, step: Step | undefined): string {
  return escapeText(step === undefined ? address : `${SYMBOLS[step.action]} ${address}`);
}

/** https://graphviz.org/doc/info/lang.html: in a quoted string only `"` and `\` mean something. */
function dot(plan: Plan, { nodes, edges }: Graph): string {
  const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const id = (address: Address): string => quote(escapeText(address));
  return [
    `digraph ${quote(escapeText(plan.stack))} {`,
    '  rankdir = "LR";',
    '  node [shape = "box"];',
    ...nodes.map(({ address, step }) => `  ${id(address)} [label = ${quote(label(address, step))}];`),
    ...edges.map(([from, to]) => `  ${id(from)} -> ${id(to)};`),
    '}',
    '',
  ].join('\n');
}

/** https://mermaid.js.org/syntax/flowchart.html: labels in quotes, special characters as entity codes. */
function mermaid({ nodes, edges }: Graph): string {
  const ids = new Map(nodes.map(({ address }, index) => [address, `n${index + 1}`]));
  const quote = (text: string): string =>
    `"${text.replaceAll(/[^\w /:.@~+=>!*-]/g, (character) => `#${character.codePointAt(0)};`)}"`;
  return [
    'flowchart LR',
    ...nodes.map(({ address, step }) => `  ${ids.get(address)}[${quote(label(address, step))}]`),
    ...edges.map(([from, to]) => `  ${ids.get(from)} --> ${ids.get(to)}`),
    '',
  ].join('\n');
}
