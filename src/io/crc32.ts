// CRC-32 (ISO 3309), which zips have of their members and Parquet of its pages: Node's, and a table of our own where it has none.

type Crc32 = (bytes: Uint8Array, before?: number) => number;

/** The checksum of these bytes, behind those whose checksum is `before`. */
export const crc32: Crc32 = (globalThis.process?.getBuiltinModule?.("node:zlib") as { crc32?: Crc32 } | undefined)?.crc32 ?? byTable;

let table: Uint32Array | undefined;

export function byTable(bytes: Uint8Array, before = 0): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
    return rest;
  });
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (table[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
