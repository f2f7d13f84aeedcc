export type Profile = Readonly<Record<string, string>>;

export interface Profiles {
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Sections of endpoints, by name; a key is `secrets_manager.endpoint_url`. */
  readonly services: ReadonlyMap<string, Profile>;
}

/**
 * The profiles of `~/.aws/config` and `~/.aws/credentials`, as far as they say where a person's things are: what is in
 * both comes from the second. https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export function parseProfiles(config: string, credentials: string): Profiles {
  const profiles = new Map<string, Profile>();
  const services = new Map<string, Profile>();
  for (const [title, section] of sectionsOf(config)) {
    const [, kind, name] = /^(profile|services)\s+["']?(.*?)["']?$/.exec(title) ?? [];
    if (kind === 'services') services.set(name ?? '', section);
    else if (kind === 'profile' || title === 'default') profiles.set(name ?? title, section);
  }
  for (const [name, section] of sectionsOf(credentials)) {
    profiles.set(name, { ...profiles.get(name), ...section });
  }
  return { profiles, services };
}

function sectionsOf(text: string): ReadonlyMap<string, Profile> {
  const sections = new Map<string, Profile>();
  let title: string | null = null;
  let parent = '';
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line)) continue;
    const header = /^\[\s*(.*?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) {
      title = header;
      sections.set(title, sections.get(title) ?? {});
    }
    const [, indent, key, value] = /^(\s*)([^=\s]+)\s*=\s*(.*?)(?:\s+[#;].*)?\s*$/.exec(line) ?? [];
    if (title === null || header !== undefined || key === undefined || value === undefined) continue;
    if (indent === '') parent = key;
    const name = indent === '' ? key : `${parent}.${key}`;
    sections.set(title, { ...sections.get(title), [name]: value });
  }
  return sections;
}
