// Objects of Amazon S3, and of what speaks its protocol. The client is AWS's own, and so are its settings: AWS_REGION, AWS_PROFILE,
// AWS_ENDPOINT_URL_S3 and all others.
import type { Readable } from "node:stream";
import type * as S3 from "@aws-sdk/client-s3";
import { TransloadError } from "../errors.js";
import { bodyOf, emptyAnswer } from "./body.js";
import { asking, blamed, faultOfSilence, faultOfStatus, StoreFault } from "./fault.js";
import { peer } from "./peer.js";
import type { Answer, Parts, Store } from "./store.js";
import { spelled, textOf } from "./url.js";

const PACKAGE = "@aws-sdk/client-s3";
/** Answers of a store that is busy, by their names. */
const PASSING = /^(SlowDown|InternalError|ServiceUnavailable|RequestTimeout|Throttling\w*|OperationAborted)$/;

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

/** @throws TransloadError E_OPTION for a URL without a bucket or a key, or where AWS's client is not installed. */
export async function s3Store(url: string | URL): Promise<Store> {
  const place = placeOf(url);
  const sdk = await peer<typeof S3>(PACKAGE, "an s3:// URL");
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const client = new sdk.S3Client({
    // what may pass is asked again by us
    maxAttempts: 1,
    followRegionRedirects: true,
    ...(!AWS_REGION && AWS_DEFAULT_REGION && { region: AWS_DEFAULT_REGION }),
    // a server of one's own has no name for each bucket
    ...((AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL) && { forcePathStyle: true }),
  });
  return new S3Store(spelled(url), place, client, sdk);
}

function placeOf(url: string | URL): Place {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/is.exec(textOf(url)) ?? [];
  if (!Bucket || !Key) throw new TransloadError("E_OPTION", `${spelled(url)} names no object: write s3://bucket/key`);
  return { Bucket, Key };
}

class S3Store implements Store {
  readonly name: string;
  readonly remedy =
    "look at the credentials (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), and at what they may do with the bucket";
  readonly inOrder = false;
  readonly #place: Place;
  readonly #client: S3.S3Client;
  readonly #sdk: typeof S3;

  constructor(name: string, place: Place, client: S3.S3Client, sdk: typeof S3) {
    this.name = name;
    this.#place = place;
    this.#client = client;
    this.#sdk = sdk;
  }

  async get(from: number, to: number | undefined, version: string | undefined, abortSignal: AbortSignal): Promise<Answer> {
    const Range = `bytes=${from}-${to === undefined ? "" : to - 1}`;
    const command = new this.#sdk.GetObjectCommand({ ...this.#place, Range, ...(version !== undefined && { IfMatch: version }) });
    try {
      const { Body, ETag, ContentRange, ContentLength } = await this.#client.send(command, { abortSignal });
      const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(ContentRange ?? "") ?? [];
      const body = bodyOf(Body as unknown as Readable, (error) => blamed(error, faultOf));
      return {
        from: Number(start ?? 0),
        size: size === undefined ? ContentLength : Number(size),
        version: ETag,
        ranged: start !== undefined,
        body,
      };
    } catch (error) {
      if (from === 0 && statusOf(error) === 416) return emptyAnswer();
      throw blamed(error, faultOf, abortSignal);
    }
  }

  async put(Body: Uint8Array, abortSignal: AbortSignal): Promise<void> {
    await asking(abortSignal, faultOf, () => this.#client.send(new this.#sdk.PutObjectCommand({ ...this.#place, Body }), { abortSignal }));
  }

  async begin(abortSignal: AbortSignal): Promise<Parts> {
    const { CreateMultipartUploadCommand, UploadPartCommand, CompleteMultipartUploadCommand, AbortMultipartUploadCommand } = this.#sdk;
    const begun = await asking(abortSignal, faultOf, () =>
      this.#client.send(new CreateMultipartUploadCommand(this.#place), { abortSignal }),
    );
    const upload = { ...this.#place, UploadId: begun.UploadId };
    const sent: S3.CompletedPart[] = [];
    return {
      send: async (PartNumber, Body, signal) => {
        const command = new UploadPartCommand({ ...upload, PartNumber, Body });
        const answer = await asking(signal, faultOf, () => this.#client.send(command, { abortSignal: signal }));
        // where the client has sent a checksum, completing names it, too
        const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 } = answer;
        sent[PartNumber - 1] = { PartNumber, ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 };
      },
      complete: async (signal) => {
        const command = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: sent } });
        await asking(signal, faultOf, () => this.#client.send(command, { abortSignal: signal }));
      },
      abort: async () => {
        await this.#client.send(new AbortMultipartUploadCommand(upload));
      },
    };
  }

  async remove(abortSignal: AbortSignal): Promise<void> {
    await asking(abortSignal, faultOf, () => this.#client.send(new this.#sdk.DeleteObjectCommand(this.#place), { abortSignal }));
  }

  async list(abortSignal: AbortSignal): Promise<readonly string[]> {
    const { Bucket, Key: Prefix } = this.#place;
    const keys: string[] = [];
    for (let ContinuationToken: string | undefined; ; ) {
      const command = new this.#sdk.ListObjectsV2Command({ Bucket, Prefix, ...(ContinuationToken && { ContinuationToken }) });
      const { Contents = [], NextContinuationToken } = await asking(abortSignal, faultOf, () =>
        this.#client.send(command, { abortSignal }),
      );
      keys.push(...Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
      ContinuationToken = NextContinuationToken;
      if (!ContinuationToken) return keys.sort().map((key) => `s3://${Bucket}/${key}`);
    }
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as Partial<S3.S3ServiceException>).$metadata?.httpStatusCode;
}

function faultOf(error: unknown): StoreFault {
  const { name, message } = error as Error;
  const status = statusOf(error);
  if (name === "CredentialsProviderError") return new StoreFault("denied", "there are no credentials", { cause: error });
  if (/region is missing/i.test(message)) return new StoreFault("refused", "the region is not known; set AWS_REGION", { cause: error });
  if (status === undefined) return faultOfSilence(error);
  const why = `the store answers ${status} ${name}`;
  return PASSING.test(name) ? new StoreFault("passing", why, { cause: error }) : faultOfStatus(status, why, { cause: error });
}
