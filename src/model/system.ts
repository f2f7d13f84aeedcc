/**
 * The few calls through which anything of ours touches the machine. Failures are the platform's own
 * `errno` errors. `system/` has the real one, one in memory, one that may not write, and one that breaks.
 */
export interface System {
  readonly files: Files;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly network: Network;
  /** Locks that other programs take too. Absent on the real machine: there whoever knows their protocol drives it. */
  readonly locks?: Locks;
}

export interface Locks {
  /** Takes the lock that is the existence of the folder `path`; null when somebody holds it. */
  take(path: string, options: { staleMs: number }): Promise<HeldLock | null>;
}

export interface HeldLock {
  /** Whether somebody else may have taken it from us: nothing that relies on it may be done any more. */
  readonly isCompromised: () => boolean;
  /** Does nothing when it was lost. */
  release(): Promise<void>;
}

export interface Files {
  read(path: string): Promise<Buffer>;
  /** Creates with `wx`: an existing path is EEXIST. With `sync`, the bytes are on disk when it returns. */
  create(path: string, bytes: string | Uint8Array, options: { mode: number; sync: boolean }): Promise<void>;
  /** Opens for appending, creating it with the mode if absent. */
  openAppend(path: string, mode: number): Promise<AppendFile>;
  rename(from: string, to: string): Promise<void>;
  /** A hard link: fails with EEXIST when `to` is there, so it can take a name atomically. */
  link(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
  /** Recursive; existing is fine. */
  makeFolder(path: string, mode: number): Promise<void>;
  list(path: string): Promise<readonly string[]>;
  /** Follows no link. */
  stat(path: string): Promise<FileStat>;
  readLink(path: string): Promise<string>;
  realPath(path: string): Promise<string>;
  changeMode(path: string, mode: number): Promise<void>;
  changeOwner(path: string, uid: number, gid: number): Promise<void>;
  /** Makes a rename or a new name in this folder durable. */
  syncFolder(path: string): Promise<void>;
  /** Creates `to` (EEXIST if there) as an empty file with owner, mode, ACL and extended attributes of `from`. */
  createLike(from: string, to: string): Promise<void>;
  /** Replaces the content of a file we just created with `createLike`. Never used on a file in use. */
  fill(path: string, bytes: string | Uint8Array, options: { sync: boolean }): Promise<void>;
  /** Names that changed in a folder, until closed. Lossy by nature: a hint, never a proof. */
  watch(folder: string, onChange: (name: string) => void): { close(): void };
}

export interface AppendFile {
  readonly size: number;
  append(bytes: string | Uint8Array): Promise<void>;
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly device: number;
  readonly inode: number;
  readonly modifiedMs: number;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only go forward. */
  monotonic(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Processes {
  /** Runs a program with an argument list, never a shell. Does not throw on a non-zero exit. */
  run(
    command: string,
    args: readonly string[],
    options?: {
      cwd?: string;
      /** Added to ours, unless `inheritsEnv` is false: then all there is. */
      env?: Readonly<Record<string, string>>;
      inheritsEnv?: boolean;
      timeoutMs?: number;
      /** What it reads from its stdin. Default: nothing. */
      input?: string;
    },
  ): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
  /**
   * Starts a program beside us, with `env` as its whole environment. Rejects when it cannot be started. Who starts it
   * ends it; what is left when we exit is killed.
   */
  start(command: string, args: readonly string[], options: StartOptions): Promise<RunningProgram>;
  /** Whether a process of this machine is alive, and when it started (ticks since boot, as text) if known. */
  inspect(pid: number): Promise<{ readonly isAlive: boolean; readonly startTime: string | null }>;
  /** This machine and this boot; `pidNamespace` is null where there is none. */
  identity(): Promise<MachineIdentity>;
  /** From here on the signal does not end us, until closed. Absent where there are no signals. */
  onSignal?(name: 'SIGHUP', onSignal: () => void): { close(): void };
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A program that we talk with. It leads a process group of its own, where the platform has those. */
export interface RunningProgram {
  readonly pid: number;
  /** Of both, what is not read holds the program up. They end with it, at the latest. */
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** That it has ended, and how: never rejects. Others of its group may still be there. */
  readonly ended: Promise<ProgramEnd>;
  /** To its stdin; what nobody reads any more is lost. */
  write(data: string | Uint8Array): void;
  closeInput(): void;
  /** To everybody in its group. False when nobody is left there. */
  signal(name: 'SIGTERM' | 'SIGKILL'): boolean;
  /** Whether we stay as long as it runs. Default: true; else it is killed when nothing else keeps us. */
  keep(isKept: boolean): void;
}

export interface ProgramEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export interface MachineIdentity {
  readonly machineId: string;
  readonly bootId: string;
  readonly pidNamespace: string | null;
  readonly hostName: string;
  readonly pid: number;
  readonly startTime: string | null;
  readonly uid: number;
}

export interface Network {
  /**
   * One HTTP exchange. Follows no redirect, sends nothing it was not given, and connects to no link-local or metadata
   * address. Rejects with an `errno` error (`ETIMEDOUT`, `ECONNREFUSED`, a TLS code) when there is no answer.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /**
   * A WebSocket (RFC 6455), by the same rules. Rejects with an `errno` error; EPROTO when who answers does not speak
   * it. Absent where nobody may talk, only ask.
   */
  openSocket?(request: SocketRequest): Promise<TextSocket>;
  /**
   * Is talked with in lines, and nowhere but on this machine. Rejects with EADDRINUSE where somebody listens, or did
   * and left its socket behind. Absent where nobody may be listened to; so are the next two.
   */
  listen?(place: ListenPlace, options: ListenOptions): Promise<Listener>;
  /** Talks with whoever listens at a Unix socket or a named pipe. Rejects with an `errno` error. */
  connect?(path: string, options: LineOptions): Promise<LineConnection>;
  /** Answers HTTP requests, by the same rules as `listen`. What `answer` throws is status 500, and a bug. */
  serve?(place: ListenPlace, options: ServeOptions): Promise<Listener>;
}

/** A Unix socket, made 0600 (on Windows a named pipe), or a port of loopback; 0: any that is free. */
export type ListenPlace =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'loopback'; readonly port: number };

export interface LineOptions {
  /** A longer line ends the connection, and so does whoever reads so slowly that as much is waiting. */
  readonly maxLineBytes: number;
}

export interface ListenOptions extends LineOptions {
  /** Whoever comes beyond that is turned away. */
  readonly maxConnections: number;
  /** Until the first whole line is there. */
  readonly firstLineMs: number;
  readonly onConnection: (connection: LineConnection) => void;
}

export interface LineConnection {
  /** Without their ends; ends with the connection, however that ends. For one reader. */
  readonly lines: AsyncIterable<string>;
  /** What nobody reads any more is lost. */
  send(line: string): void;
  /** Once what was sent is on its way. */
  close(): void;
}

export interface Listener {
  /** Of `loopback`, the port it is; 0 for a socket. */
  readonly port: number;
  /** Ends every connection. Never rejects. */
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly maxConnections: number;
  /** A longer body is answered with 413, and not read. */
  readonly maxBodyBytes: number;
  /** For a whole request to arrive. */
  readonly requestMs: number;
  readonly answer: (request: ServedRequest) => Promise<ServedAnswer>;
}

export interface ServedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** Names in lower case. A header that was sent twice is joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ServedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface SocketRequest extends Pick<HttpRequest, 'headers' | 'timeoutMs' | 'signal'> {
  /** `ws:` or `wss:`. */
  readonly url: string;
  readonly protocols: readonly string[];
  /** A larger message closes the socket. */
  readonly maxBytes: number;
}

export interface TextSocket {
  /** The messages that are text; ends when the socket is closed, by whomever. */
  readonly messages: AsyncIterable<string>;
  send(text: string): void;
  /** Says goodbye, and lets go of whoever does not answer soon. Never rejects. */
  close(): Promise<void>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `http:` or `https:`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** PEM: the only authorities trusted for this exchange, beside the system's. */
  readonly authorities?: string;
  /** Takes any certificate: only for what a person configured as insecure on loopback. */
  readonly isUnverified?: boolean;
  /**
   * Connects to no address of this machine or of a private network either, whatever name stands for it: EACCES. A proxy
   * resolves names itself: then only addresses that are written out are refused.
   */
  readonly isPublicOnly?: boolean;
  /** Until the headers are there, and between two pieces of the body. Default: 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; several of one name are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as sent, whatever their `content-encoding`. Must be read or discarded. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives the connection back without reading the rest. */
  discard(): Promise<void>;
}
