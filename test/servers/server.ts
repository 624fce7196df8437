import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** Seconds a server may take until it is healthy: a few on an idle machine, and several start at once. */
const START = 180;

export interface Start {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly port: number;
  /** The path that answers 200 once requests are taken. */
  readonly health: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A server process of its own group on a loopback port. */
export class Server {
  private static readonly running = new Set<Server>();

  private readonly child: ChildProcess;
  private readonly log: string;
  private readonly port: number;
  private gone: string | undefined;

  private constructor(start: Start, folder: string) {
    this.port = start.port;
    this.log = join(folder, `${start.name}.log`);
    const log = openSync(this.log, "w");
    // detached: a group, so that workers are stopped with their master
    this.child = spawn(start.program, start.args, { cwd: folder, env: start.env, stdio: ["ignore", log, log], detached: true });
    closeSync(log);
    this.child.on("error", (e) => {
      this.gone = e.message;
    });
    this.child.on("exit", (code, signal) => {
      this.gone = `exited with ${code ?? signal}`;
    });
    Server.running.add(this);
  }

  /** Starts a server and waits until it is healthy. */
  static async start(start: Start, folder: string): Promise<Server> {
    const server = new Server(start, folder);
    const deadline = Date.now() + START * 1000;
    for (;;) {
      if (server.gone) throw new Error(`${start.name} ${server.gone}\n${server.tail()}`);
      if (Date.now() > deadline) throw new Error(`${start.name} was not healthy after ${START} s\n${server.tail()}`);
      const healthy = await fetch(server.url(start.health), { signal: AbortSignal.timeout(5000) }).then(
        (response) => response.ok,
        () => false,
      );
      if (healthy) return server;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async post(path: string, type: string, body: string): Promise<Answer> {
    const response = await fetch(this.url(path), {
      method: "POST",
      headers: { "content-type": type },
      body,
      signal: AbortSignal.timeout(60_000),
    });
    return { status: response.status, text: await response.text() };
  }

  /** The last lines the server wrote. */
  tail(lines = 30): string {
    return readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  /** Stops every server there is. There is nothing to be saved, so they are not asked. */
  static stopAll(): void {
    for (const { child } of Server.running)
      try {
        if (child.pid) process.kill(-child.pid, "SIGKILL");
      } catch {
        // its group is gone
      }
    Server.running.clear();
  }

  private url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }
}

/** Ports of the loopback interface that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  // all are held until the last is found, so none comes twice
  const held = Array.from({ length: count }, () => createServer());
  await Promise.all(held.map((server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))));
  const ports = held.map((server) => (server.address() as { port: number }).port);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
