/** What npm's libraries take: one bag of settings for all of them. */
export type NpmOptions = Readonly<Record<string, unknown>>;

/** All that a registry says about a name; every field as far as it keeps to the protocol. */
export interface Packument {
  readonly name?: unknown;
  readonly 'dist-tags'?: Readonly<Record<string, string>>;
  readonly versions?: Readonly<Record<string, Manifest>>;
  /** By version, when it was published: ISO 8601. */
  readonly time?: Readonly<Record<string, string>>;
}

/** One release in a packument. */
export interface Manifest {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly deprecated?: unknown;
  readonly dist?: {
    readonly integrity?: string;
    readonly signatures?: unknown;
    readonly attestations?: { readonly url?: unknown };
  };
}

/** A release as npm chose it. */
export interface Picked {
  readonly name: string;
  readonly version: string;
  readonly deprecated?: unknown;
  readonly engines?: { readonly node?: unknown };
  readonly _integrity?: string;
}

/** A package in a tree of npm's. */
export interface NpmNode {
  readonly name: string;
  readonly packageName: string;
  readonly version: string;
  readonly location: string;
  readonly integrity: string | null;
  /** Where it is fetched from; can be set. */
  resolved: string | null;
  readonly optional: boolean;
  readonly inDepBundle: boolean;
  readonly hasInstallScript: boolean;
  /** Not for this machine, or not to be had: left out when the tree is installed. */
  readonly inert: boolean;
  /** Why it could not be had. */
  readonly errors: readonly NodeJS.ErrnoException[];
  /** Whether everybody who depends on it names a version, range or tag of a registry. */
  readonly isRegistryDependency: boolean | undefined;
}

export interface NpmTree {
  readonly nodes: readonly NpmNode[];
  /** As a package-lock has them, by location. */
  readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
