import { EXIT } from '../exit-code.ts';
import { type CodeEntry, e } from './entry.ts';

export const healthCodes = {
  HEALTH_ANSWER: e(
    EXIT.error,
    'A server answered, but with an error: it refused the handshake, would not say what it offers, or has a fault of its own. The message says what it answered; its log says why.',
  ),
  HEALTH_CLOSED: e(
    EXIT.error,
    'A server closed the connection in the middle of a conversation. It may have crashed, or something between here and there does not let streams through.',
  ),
  HEALTH_COMMAND: e(
    EXIT.error,
    'The command of a health check did not end with exit code 0. Its last lines are shown.',
  ),
  HEALTH_EXITED: e(
    EXIT.error,
    'A server ended before anybody could tell that it works. Its exit code and the last lines of its log are shown: usually an argument or a variable is missing.',
  ),
  HEALTH_NOT_FOUND: e(
    EXIT.error,
    'Something answers at the address of a server, but not at this path (HTTP 404). Correct the path; most servers use `/mcp`, older ones `/sse`.',
  ),
  HEALTH_NOT_MCP: e(
    EXIT.error,
    'What answers does not speak MCP: a web page, text on stdout, or JSON that is no message of the protocol. The first line of it is shown. A server over stdio may write nothing else to stdout; its log belongs on stderr.',
  ),
  HEALTH_PROGRAM: e(
    EXIT.error,
    'The program of a server could not be started: it is not there, or may not be executed.',
  ),
  HEALTH_PROTOCOL: e(
    EXIT.error,
    'A server speaks only revisions of MCP that mcpform does not know. Update mcpform, or the server.',
  ),
  HEALTH_REDIRECTED: e(
    EXIT.error,
    'A server sends its clients to another place. That is not followed, because headers would go along. Write the new address if it is right.',
  ),
  HEALTH_STATUS: e(
    EXIT.error,
    'Who answers for a server answered with an HTTP status that means failure. A 5xx is the server, or a proxy whose server is gone.',
  ),
  HEALTH_TARGET: e(
    EXIT.error,
    'A server cannot be asked like this: its URL is none, a header holds what HTTP cannot carry, or its header helper gives no headers. Correct the manifest.',
  ),
  HEALTH_TIMEOUT: e(
    EXIT.error,
    'A server did not answer in time. It may be starting (give it a longer `startPeriod`), waiting for something, or no MCP server at all.',
  ),
  HEALTH_TLS: e(
    EXIT.error,
    'There is no trusted connection to a server: its certificate is expired, for another name, or of an authority this machine does not know; or it does not speak TLS.',
  ),
  HEALTH_TOO_LARGE: e(
    EXIT.error,
    'A server sent more than any sensible answer is long, or a list that does not end. Nothing of it is used.',
  ),
  HEALTH_TRANSPORT: e(
    EXIT.error,
    'A server is there, but speaks another transport than the manifest says: streamable HTTP (`http`), the older HTTP+SSE (`sse`), or WebSocket (`ws`). Change `transport`.',
  ),
  HEALTH_UNAUTHORIZED: e(
    EXIT.error,
    'A server is there, and wants a login or other credentials (HTTP 401 or 403). Log in with the client, or correct the headers of the server.',
  ),
  HEALTH_UNREACHABLE: e(
    EXIT.error,
    'Nothing answers at the address of a server: nothing listens there, the name does not exist, there is no route, or it is an address that is never connected to.',
  ),
} as const satisfies Record<string, CodeEntry>;
