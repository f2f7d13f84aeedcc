/** Where an engine is reached. */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'pipe'; readonly path: string }
  /** An address of IPv6 stands without its brackets. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: Tls | null }
  | {
      readonly kind: 'ssh';
      readonly user: string | null;
      readonly host: string;
      readonly port: number | null;
      /** Of the engine's socket on that machine; null: where the docker command finds it there. */
      readonly path: string | null;
    };

/** PEM. */
export interface Tls {
  readonly ca: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  readonly isVerified: boolean;
}

/** The machine that the engine runs on, as it is reached from here; null when it is this one. */
export function hostOf(endpoint: Endpoint): string | null {
  if (endpoint.kind === 'unix' || endpoint.kind === 'pipe') return null;
  return /^(?:localhost|127\.[0-9.]+|::1)$/.test(endpoint.host) && endpoint.kind === 'tcp'
    ? null
    : endpoint.host;
}
