// A bare proxy of Fastify's before a server: what a gateway costs that converts nothing.
import httpProxy from "@fastify/http-proxy";
import { fastify } from "fastify";
import { given } from "./report.js";

const { upstream } = given<{ upstream: string }>();
const server = fastify({ bodyLimit: 2 ** 30 });
await server.register(httpProxy, { upstream });
process.stdout.write(`${await server.listen({ port: 0, host: "127.0.0.1" })}\n`);
