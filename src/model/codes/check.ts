import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const checkCodes = {
  CHECK_CONTAINER_PRIVILEGED: e(
    EXIT.denied,
    'The check `container-privileged`: a container asks for power over its host. Remove what the server can do without.',
  ),
  CHECK_ENGINE_SOCKET_MOUNTED: e(
    EXIT.denied,
    "The check `engine-socket-mounted`: a container gets the engine's socket, or another folder of its host that gives it power over the machine or the secrets on it. Mount only the folder that the server needs.",
  ),
  CHECK_HOST_NETWORK: e(
    EXIT.denied,
    "The check `host-network`: a container is in its host's own network. Publish the one port that it needs.",
  ),
  CHECK_IMAGE_LATEST: e(
    EXIT.denied,
    'The check `image-latest`: an image without a version. Write the tag of one.',
  ),
  CHECK_IMAGE_UNPINNED: e(
    EXIT.denied,
    'The check `image-unpinned`: neither the manifest nor the lock says which content an image has. Run `mcpform lock`.',
  ),
  CHECK_IMAGE_UNSIGNED: e(
    EXIT.denied,
    'The check `image-unsigned`: the lock names no signer of an image. Demand a signature under `signatures`, and lock again.',
  ),
  CHECK_LITERAL_SECRET: e(
    EXIT.denied,
    'The check `literal-secret`: the manifest, or `--allow-literal`, lets something pass that looks like a credential. Declare where it is under `secrets`.',
  ),
  CHECK_PACKAGE_UNLOCKED: e(
    EXIT.denied,
    'The check `package-unlocked`: the lock does not say which content a package has. Run `mcpform lock`.',
  ),
  CHECK_PROTECTED_DELETED: e(
    EXIT.denied,
    'The check `protected-deleted`: something protected would be deleted or replaced, which apply refuses. Take the protection away first, in a change of its own.',
  ),
  CHECK_TOOLS_CHANGED: e(
    EXIT.denied,
    'The check `tools-changed`: between two revisions, the lock records that a server offers other tools, prompts or instructions. Read what it says of them now before you approve.',
  ),
  CHECK_UNAUTHENTICATED_WITH_SECRETS: e(
    EXIT.denied,
    'The check `unauthenticated-with-secrets`: a server over HTTP gets secrets, and its client shows it no credential. Add the header that it asks for.',
  ),
  CHECK_URL_WITHOUT_TLS: e(
    EXIT.denied,
    'The check `url-without-tls`: a remote server is called without encryption. Write `https://`.',
  ),
  CHECK_WIDE_PORT: e(
    EXIT.denied,
    'The check `wide-port`: the port of a container is published wider than loopback. Publish it on 127.0.0.1.',
  ),
} as const satisfies Record<string, CodeEntry>;
