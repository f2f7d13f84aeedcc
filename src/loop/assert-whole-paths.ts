import { isAbsolute } from 'node:path';
import type { Declared } from '../engine/declare.ts';
import { locate } from '../engine/locate-findings.ts';
import type { EngineFields } from '../graph/container/fields.ts';
import { writtenSources } from '../graph/container/read-mounts.ts';
import { writtenSecretPaths } from '../graph/secret-sources.ts';
import { McpformError } from '../model/error.ts';
import type { Finding } from '../model/finding.ts';
import type { Pointer } from '../model/json.ts';
import type { Manifest, Server } from '../model/manifest.ts';

interface Written {
  readonly pointer: Pointer;
  /** As it is in the manifest. */
  readonly path: string;
  /** For messages. */
  readonly what: string;
}

/**
 * Throws SOURCE_PATH_RELATIVE, with the place of each, when a manifest of a repository names what is beside it: there is
 * no work tree, and what a server, a container or another program opens later must be on the disk.
 */
export async function assertWholePaths({
  manifest,
  loaded,
}: Pick<Declared, 'manifest' | 'loaded'>): Promise<void> {
  const file = manifest.files[0] ?? '';
  const findings = writtenPaths(manifest)
    .filter(({ path }) => !isAbsolute(path))
    .map(
      ({ pointer, path, what }): Finding => ({
        code: 'SOURCE_PATH_RELATIVE',
        severity: 'error',
        message: `${what} "${path}" counts from the manifest, which is in a commit and nowhere on this disk`,
        hint: 'write the whole path of something that is on each machine: `${var.folder}/…` where they differ',
        at: { file, pointer },
      }),
    );
  if (findings.length === 0) return;
  const paths = findings.length === 1 ? 'a path' : `${findings.length} paths`;
  throw new McpformError(
    'SOURCE_PATH_RELATIVE',
    `the manifest names ${paths} beside it, and it is read from a commit`,
    { findings: await locate(findings, loaded.sources) },
  );
}

function writtenPaths({ secrets, servers }: Manifest): readonly Written[] {
  const ofSecrets = Object.entries(secrets).flatMap(([name, secret]) =>
    writtenSecretPaths(secret).map(({ pointer, path }) => ({
      pointer: `/secrets/${name}${pointer}`,
      path,
      what: `the file of secret "${name}",`,
    })),
  );
  return [...ofSecrets, ...servers.filter(({ enabled }) => enabled).flatMap(pathsOfServer)];
}

function pathsOfServer(server: Server): readonly Written[] {
  const { declaredIn, name, runtime, targets } = server;
  const { volumes = [], security } = server.engine as EngineFields;
  const mounts = volumes.flatMap((volume, index) =>
    writtenSources({ volumes: [volume] }).map((path) => ({
      pointer: `${declaredIn}/volumes/${index}`,
      path,
      what: `server "${name}": the folder`,
    })),
  );
  const profile = security?.seccomp;
  const isBundle = runtime.kind === 'package' && runtime.ecosystem === 'mcpb';
  return [
    ...mounts,
    ...(profile === undefined || profile === 'unconfined'
      ? []
      : [
          {
            pointer: `${declaredIn}/security/seccomp`,
            path: profile,
            what: `server "${name}": the seccomp profile`,
          },
        ]),
    ...(isBundle && !/^https?:\/\//i.test(runtime.name)
      ? [{ pointer: `${declaredIn}/package`, path: runtime.name, what: `server "${name}": the bundle` }]
      : []),
    ...targets.flatMap(({ scope, label }, index) =>
      scope === 'user'
        ? []
        : [
            {
              pointer: `${declaredIn}/targets/${index}`,
              path: label ?? '.',
              what: `server "${name}": the folder of its ${scope} scope,`,
            },
          ],
    ),
  ];
}
