import type { MachineIdentity, Processes } from '../../../src/model/system.ts';

/** What real Docker CLIs said, word for word; long names are shortened to `ID`. */
export const RECORDED = {
  '20.10': {
    noContainer: 'Error: No such container: ID\n',
    noImage: 'Error: No such image: ID\n',
    denied:
      'Got permission denied while trying to connect to the Docker daemon socket at unix:///run/docker.sock: Get "http://%2Frun%2Fdocker.sock/v1.24/containers/json": dial unix /run/docker.sock: connect: permission denied\n',
    noContext: 'unable to resolve docker endpoint: context "nope" does not exist\n',
    ssh: 'error during connect: Get "http://docker.example.com/v1.24/containers/json": command [ssh -l nobody -p 1 -- 127.0.0.1 docker system dial-stdio] has exited with exit status 255, please make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=ssh: connect to host 127.0.0.1 port 1: Connection refused\n\n',
  },
  '28.5': {
    noContainer: 'Error response from daemon: No such container: ID\n',
    noImage: 'Error response from daemon: No such image: sha256:ID\n',
    denied:
      'permission denied while trying to connect to the Docker daemon socket at unix:///run/docker.sock: Get "http://%2Frun%2Fdocker.sock/v1.51/containers/json": dial unix /run/docker.sock: connect: permission denied\n',
    noContext:
      'Failed to initialize: unable to resolve docker endpoint: context "nope": context not found: open /root/.docker/contexts/meta/ID/meta.json: no such file or directory\n',
    ssh: 'error during connect: Get "http://docker.example.com/v1.51/containers/json": command [ssh -l nobody -p 1 -o ConnectTimeout=30 -T -- 127.0.0.1 docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=ssh: connect to host 127.0.0.1 port 1: Connection refused\n\n',
  },
} as const;

/** The same from both. */
export const BOTH = {
  noEngine: 'Cannot connect to the Docker daemon at unix:///run/docker.sock. Is the docker daemon running?\n',
  noConfig: 'WARNING: Error loading config file: open /home/me/.docker/config.json: permission denied\n',
  inProgress: 'Error response from daemon: removal of container ID is already in progress\n',
} as const;

/** A line of `docker container inspect` in our format, of a container of `docker run -i --rm --label … mcp/base:1 cat`. */
export const LIVING =
  '{"id":"204efcff7dda52556614f12b178f979b3aae3428a32b0606c3fc186b003a9957","name":"/living","image":"mcp/base:1","imageId":"sha256:e884f40d4be1cdb660fc68900fbd3430fc669e7a070de6e826592a88d03b38b6","state":"running","created":"2026-11-20T09:36:00.213111152Z","labels":{"a":"x,y=z","dev.mcpform.launch":"q"},"entrypoint":null,"command":["cat"],"hasInput":true,"isAttached":true,"hasTerminal":false,"ports":{},"publishesAll":false,"isRemovedAtEnd":true}\n';

export const ME: MachineIdentity = {
  machineId: 'c'.repeat(32),
  bootId: 'de305d54-75b4-431b-adb2-eb6b9e546014',
  pidNamespace: 'pid:[4026531836]',
  hostName: 'laptop',
  pid: 4711,
  startTime: '123456',
  uid: 1000,
};

export type Reply = Partial<Awaited<ReturnType<Processes['run']>>> | { readonly errno: string };

/** A `docker` that answers as `reply` says, and notes what it was asked. */
export function fakeDocker(reply: (args: readonly string[]) => Reply) {
  const asked: { args: readonly string[]; timeoutMs: number | undefined }[] = [];
  const processes: Pick<Processes, 'run'> = {
    run: async (command, args, options = {}) => {
      if (command !== 'docker') throw new Error(`"${command}" is not docker`);
      asked.push({ args, timeoutMs: options.timeoutMs });
      const answer = reply(args);
      if ('errno' in answer) throw Object.assign(new Error(answer.errno), { code: answer.errno });
      return { exitCode: 0, stdout: '', stderr: '', ...answer };
    },
  };
  // biome-ignore lint/suspicious/noExplicitAny: nothing else of the system is touched.
  return { asked, ctx: { system: { processes } as any } };
}
