import { ByteBuffer } from "flatbuffers";

const own = ByteBuffer.prototype.__vector_len;

/**
 * apache-arrow trusts every length that a file says, and would go over two thousand million fields that are not there. From this call on
 * its reader of messages does not: an element has a byte at the least.
 */
export function guardLengths(): void {
  ByteBuffer.prototype.__vector_len = checked;
}

function checked(this: ByteBuffer, offset: number): number {
  const length = own.call(this, offset);
  if (length < 0 || length > this.capacity())
    throw new RangeError("unexpected end of a message: it is said to hold more than it has bytes");
  return length;
}
