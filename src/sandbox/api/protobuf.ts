/** Fields of a protobuf message by number. Contains only length-delimited fields, because reviews have no others. */
type Fields = Map<number, Buffer>;

/** The first bytes of every Kubernetes object in protobuf. */
const MAGIC = Buffer.from('k8s\0');

function fieldsOf(message: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const length = (tag & 7) === 2 ? varint() : (tag & 7) === 0 ? void varint() : undefined;
    if (length === undefined) continue;
    fields.set(tag >>> 3, message.subarray(at, at + length));
    at += length;
  }
  return fields;
}

const text = (fields: Fields, number: number): string | undefined => fields.get(number)?.toString() || undefined;

/**
 * Decodes a SelfSubjectAccessReview in protobuf, the format that `kubectl auth can-i` sends.
 * @returns undefined for a body in another format
 * @see https://github.com/kubernetes/api/blob/master/authorization/v1/generated.proto
 */
export function decodeAccessReview(
  body: Buffer,
): { spec: Record<string, Record<string, string | undefined>> } | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) return undefined;
  const raw = fieldsOf(body.subarray(4)).get(2) ?? Buffer.alloc(0);
  const spec = fieldsOf(fieldsOf(raw).get(2) ?? Buffer.alloc(0));
  const resource = spec.get(1);
  const path = spec.get(2);
  if (resource) {
    const fields = fieldsOf(resource);
    const names = ['', 'namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'];
    return {
      spec: { resourceAttributes: Object.fromEntries(names.map((name, number) => [name, text(fields, number)])) },
    };
  }
  const fields = fieldsOf(path ?? Buffer.alloc(0));
  return { spec: { nonResourceAttributes: { path: text(fields, 1), verb: text(fields, 2) } } };
}
