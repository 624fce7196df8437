// Servers that speak the stores' protocols, on this machine: Azurite from npm, and two from PyPI, where .venv-stores has them.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const BIN = join(ROOT, ".venv-stores", "bin");
/** Why the two from PyPI are not asked; undefined where they are there. */
export const WITHOUT_PYTHON = existsSync(join(BIN, "moto_server"))
  ? undefined
  : "python3 -m venv .venv-stores && .venv-stores/bin/pip install -r test/servers/requirements-stores.txt has them asked";

export interface StoreServer {
  /** What names the server to the vendor's client. */
  readonly env: Readonly<Record<string, string>>;
  /** Where objects go: `az://box`. */
  readonly place: string;
  close(): void;
}

export async function azurite(): Promise<StoreServer> {
  const port = await freePort();
  const main = join(ROOT, "node_modules/azurite/dist/src/blob/main.js");
  const child = spawn(process.execPath, [
    main,
    "--inMemoryPersistence",
    "--blobPort",
    `${port}`,
    "--skipApiVersionCheck",
    "--disableTelemetry",
  ]);
  await listening(child, port);
  // the account that every Azurite has
  const key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
  const connection = `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${key};BlobEndpoint=http://127.0.0.1:${port}/devstoreaccount1;`;
  const { BlobServiceClient } = await import("@azure/storage-blob");
  await BlobServiceClient.fromConnectionString(connection).getContainerClient("box").create();
  return { env: { AZURE_STORAGE_CONNECTION_STRING: connection }, place: "az://box", close: () => void child.kill() };
}

export async function moto(): Promise<StoreServer> {
  const port = await freePort();
  const child = spawn(join(BIN, "moto_server"), ["-p", `${port}`]);
  await listening(child, port);
  const env = {
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
  Object.assign(process.env, env);
  const { CreateBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
  await new S3Client({ forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: "bucket" }));
  return { env, place: "s3://bucket", close: () => void child.kill() };
}

export async function googleEmulator(): Promise<StoreServer> {
  const port = await freePort();
  const child = spawn(join(BIN, "gcp-storage-emulator"), [
    "start",
    "--host=127.0.0.1",
    `--port=${port}`,
    "--in-memory",
    "--default-bucket=bucket",
  ]);
  await listening(child, port);
  return { env: { STORAGE_EMULATOR_HOST: `http://127.0.0.1:${port}` }, place: "gs://bucket", close: () => void child.kill() };
}

/** Until it takes connections. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`the store's server ended with ${child.exitCode}`);
    const there = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (there) return;
    await sleep(200);
  }
  throw new Error("the store's server does not listen");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
