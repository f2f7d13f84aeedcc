import type { Finding } from '../../model/finding.ts';
import type { Facts } from './facts.ts';
import { toolPrefix } from './names.ts';
import { containerKey } from './place.ts';
import type { Subject } from './review-subjects.ts';

interface Names {
  readonly facts: Facts;
  /** Per container, once the plan is applied. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Entries that hide one another: by name across scopes, and by names that end up the same in one scope. */
export function reviewNames(present: readonly Subject[], world: Names): readonly Finding[] {
  const managed = new Set(present.map(({ place }) => place.key));
  const alike = new Map([...world.names].map(([key, names]) => [key, groupAlike(names)]));
  return present.flatMap((subject) => [...shadows(subject, managed, world), ...collisions(subject, alike)]);
}

/** Local wins over project, project over user, the whole entry; a server of this stack may well stand in several. */
function shadows(
  subject: Subject,
  managed: ReadonlySet<string>,
  { facts, names }: Names,
): readonly Finding[] {
  if (subject.scope === 'local') return [];
  const stronger = facts.projects.filter(subject.isStartedIn).flatMap(({ folder, key, files }) => {
    const local = { file: facts.config, path: ['projects', key, 'mcpServers'], scope: 'local', folder };
    if (subject.scope === 'project') return [local];
    return [local, ...files.map((file) => ({ file, path: ['mcpServers'], scope: 'project', folder }))];
  });
  const hiding = stronger.filter(({ file, path }) => {
    const key = containerKey(file, path);
    return (
      names.get(key)?.has(subject.name) === true && !managed.has(containerKey(file, [...path, subject.name]))
    );
  });
  const seen = new Set<string>();
  return hiding.flatMap(({ file, path, scope, folder }): Finding[] => {
    const key = containerKey(file, path);
    if (seen.has(key)) return [];
    seen.add(key);
    return [
      {
        code: 'CLIENT_SHADOWED',
        severity: 'warning',
        message: `server "${subject.name}" of ${subject.scope} scope is hidden in "${folder}" by the one of ${scope} scope in "${file}"`,
        hint: 'remove or rename one of the two',
        address: subject.address,
      },
    ];
  });
}

/** Names that might collide, under what they have in common. */
function groupAlike(names: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const group = groups.get(likeness(name));
    if (group === undefined) groups.set(likeness(name), [name]);
    else group.push(name);
  }
  return groups;
}

function likeness(name: string): string {
  return toolPrefix(name).toLowerCase();
}

function collisions(
  subject: Subject,
  alike: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>,
): readonly Finding[] {
  const siblings = alike.get(containerKey(subject.place.file, subject.place.path.slice(0, -1)));
  const others = (siblings?.get(likeness(subject.name)) ?? []).filter((other) => other !== subject.name);
  return others.flatMap((other): Finding[] => {
    const isSameTools = toolPrefix(other) === toolPrefix(subject.name);
    if (!isSameTools && other.toLowerCase() !== subject.name.toLowerCase()) return [];
    return [
      {
        code: 'CLIENT_NAMES_COLLIDE',
        severity: 'warning',
        message: isSameTools
          ? `servers "${subject.name}" and "${other}" give their tools the same names`
          : `servers "${subject.name}" and "${other}" differ in upper and lower case only`,
        hint: 'rename one of them',
        address: subject.address,
      },
    ];
  });
}
