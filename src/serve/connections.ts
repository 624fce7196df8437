// Connections of clients: what is under way on each, so that nothing waits for a client that has gone, or that says nothing.
import { type IncomingMessage, Server, type ServerResponse } from "node:http";
import { Server as TlsServer } from "node:https";
import type { Socket } from "node:net";

const underWay = new WeakMap<Socket, Set<() => void>>();

/**
 * Has this done once, when a response is over: sent, or never to be sent. Node tells the latter of the response alone whose turn it is on its
 * connection, and not of those that wait behind it.
 */
export function whenOver({ socket }: IncomingMessage, response: ServerResponse, done: () => void): void {
  const all = underWay.get(socket) ?? watched(socket);
  const over = () => {
    if (all.delete(over)) done();
  };
  all.add(over);
  response.once("close", over);
  if (socket.destroyed) over();
}

function watched(socket: Socket): Set<() => void> {
  const all = new Set<() => void>();
  underWay.set(socket, all);
  socket.once("close", () => {
    for (const over of [...all]) over();
  });
  return all;
}

/** Returns what has the server's connections end as soon as no request is under way on them: those without one at once. */
export function drainable(server: unknown): () => void {
  const sockets = new Set<Socket>();
  let draining = false;
  const endIdle = (socket: Socket) => {
    if (draining && !underWay.get(socket)?.size) socket.destroySoon();
  };
  const came = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    endIdle(socket);
  };
  // of one that is neither the sockets are not those of the requests
  if (server instanceof TlsServer) server.on("secureConnection", came);
  else if (server instanceof Server) server.on("connection", came);
  if (server instanceof Server || server instanceof TlsServer)
    server.on("request", (request: IncomingMessage, response: ServerResponse) =>
      whenOver(request, response, () => endIdle(request.socket)),
    );
  return () => {
    draining = true;
    for (const socket of sockets) endIdle(socket);
  };
}
