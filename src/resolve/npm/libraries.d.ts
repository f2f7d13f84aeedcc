// What we use of npm's own libraries that publish no types.

declare module '@npmcli/config' {
  export interface Definition {
    /** Puts what one layer of the configuration says into the options that npm's libraries take. */
    readonly flatten?: (key: string, layer: Layer, options: Record<string, unknown>) => void;
  }

  export type Layer = Readonly<Record<string, unknown>>;

  export interface ConfigOptions {
    readonly definitions: Readonly<Record<string, Definition>>;
    readonly shorthands: Readonly<Record<string, readonly string[]>>;
    readonly flatten: (layer: Layer, options: Record<string, unknown>) => void;
    readonly npmPath: string;
    readonly env: Record<string, string>;
    readonly argv: readonly string[];
    readonly platform: NodeJS.Platform;
    readonly cwd: string;
    readonly warn: boolean;
  }

  export default class Config {
    constructor(options: ConfigOptions);
    localPrefix: string | null;
    readonly flat: Readonly<Record<string, unknown>>;
    load(): Promise<void>;
    loadProjectConfig(): Promise<void>;
    validate(): boolean;
    isDefault(key: string): boolean;
  }
}

declare module '@npmcli/config/lib/definitions/index.js' {
  import type { Definition } from '@npmcli/config';

  const definitions: {
    readonly definitions: Readonly<Record<string, Definition>>;
    readonly shorthands: Readonly<Record<string, readonly string[]>>;
  };
  export default definitions;
}

declare module '@npmcli/agent' {
  import type { ClientRequest, Agent as HttpAgent } from 'node:http';
  import type { LookupFunction } from 'node:net';

  export interface AgentOptions {
    readonly proxy?: string | null;
    readonly noProxy?: string;
    readonly ca?: string | readonly string[] | null;
    readonly rejectUnauthorized?: boolean;
    readonly maxSockets?: number;
    readonly localAddress?: string | null;
    readonly timeouts?: { readonly connection: number };
    readonly dns?: { readonly lookup: LookupFunction };
  }

  export interface Endpoint {
    readonly host?: string | null;
    readonly hostname?: string | null;
    readonly port?: number | string | null;
    readonly path?: string | null;
    cert?: unknown;
    key?: unknown;
  }

  export class Agent extends HttpAgent {
    constructor(options: AgentOptions);
    isSecureEndpoint(options: Endpoint): boolean;
    /** What `http.request` calls to have the request put on a connection. */
    addRequest(request: ClientRequest, options: Endpoint): void;
  }
}
