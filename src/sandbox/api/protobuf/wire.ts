/** A field of a protobuf message: a number (varint), or bytes of a message, a text or a fixed-width number. */
export interface WireField {
  number: number;
  value: number | Buffer;
}

/** Lengths of fixed-width values by wire type, in bytes. */
const FIXED: Record<number, number> = { 1: 8, 5: 4 };

/** Reads the fields of a protobuf message, in their order. @throws RangeError if it is not one */
export function wireFields(message: Buffer): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
  };
  const bytes = (length: number): Buffer => {
    if (at + length > message.length) throw new RangeError('a field is longer than its message');
    return message.subarray(at, (at += length));
  };
  while (at < message.length) {
    const tag = varint();
    const type = tag & 7;
    const fixed = FIXED[type];
    const value = type === 0 ? varint() : bytes(fixed ?? varint());
    fields.push({ number: tag >>> 3, value });
  }
  return fields;
}

/** The first bytes of every Kubernetes object in protobuf. */
const MAGIC = Buffer.from('k8s\0');

/** An object in the envelope that Kubernetes puts around it. */
interface Envelope {
  apiVersion: string;
  kind: string;
  content: Buffer;
}

/** Opens the envelope of an object. @returns undefined for a body in another format */
export function openEnvelope(body: Buffer): Envelope | undefined {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const [type, content] = lastValues(body.subarray(MAGIC.length), 2);
  const [apiVersion, kind] = lastValues(type ?? Buffer.alloc(0), 2).map((value) => value?.toString() ?? '');
  return { apiVersion: apiVersion!, kind: kind!, content: content ?? Buffer.alloc(0) };
}

/** Returns the bytes of the fields 1 to `count`; undefined for one that the message does not have. */
export function lastValues(message: Buffer, count: number): (Buffer | undefined)[] {
  const values: (Buffer | undefined)[] = Array.from({ length: count });
  for (const { number, value } of wireFields(message))
    if (number <= count && Buffer.isBuffer(value)) values[number - 1] = value;
  return values;
}
