import { gzipSync, constants } from 'node:zlib';

/** Responses without a body. */
const EMPTY = new Set([202, 204]);
/** Bytes above which the API server compresses a response (`defaultGzipThresholdBytes` in k8s.io/apiserver). */
const COMPRESSED_FROM = 128 * 1024;
/** Its level of compression (`defaultGzipContentEncodingLevel`). */
const LEVEL = { level: constants.Z_BEST_SPEED };
/** Compressed lists by the bytes of their objects: compression takes no processor time from what is measured. */
const compressed = new WeakMap();
/** Time in ms between two pieces of a response whose throughput is limited. */
const PIECE_MS = 5;

/**
 * Sends a response.
 * @param reply `page`, or `body`: an object
 * @param options `accepts`: the request's `Accept-Encoding`; `throughput`: maximum bytes per ms of a connection
 * @returns the length of the body as sent
 */
export function respond(response, { status = 200, body, page }, { accepts = '', throughput = Infinity } = {}) {
  if (EMPTY.has(status)) {
    response.writeHead(status).end();
    return 0;
  }
  let parts = page ? [page.head, page.items] : [Buffer.from(JSON.stringify(body ?? {}))];
  const headers = { 'Content-Type': 'application/json' };
  if (/\bgzip\b/.test(accepts) && lengthOf(parts) > COMPRESSED_FROM) {
    parts = [compress(parts)];
    headers['Content-Encoding'] = 'gzip';
  }
  const length = lengthOf(parts);
  response.writeHead(status, { ...headers, 'Content-Length': length });
  if (throughput < Infinity) sendSlowly(response, parts, throughput);
  else {
    for (const part of parts) response.write(part);
    response.end();
  }
  return length;
}

const lengthOf = (parts) => parts.reduce((sum, { length }) => sum + length, 0);

function compress(parts) {
  const items = parts.at(-1);
  const head = parts[0].toString('latin1');
  const known = compressed.get(items);
  if (known?.head === head) return known.bytes;
  const bytes = gzipSync(Buffer.concat(parts), LEVEL);
  compressed.set(items, { head, bytes });
  return bytes;
}

/** Sends pieces at fixed times. A piece that is late does not delay the next ones. */
function sendSlowly(response, parts, throughput) {
  const bytes = Buffer.concat(parts);
  const started = performance.now();
  const send = (from) => {
    const due = Math.ceil((performance.now() - started + PIECE_MS) * throughput);
    const to = Math.min(bytes.length, due);
    response.write(bytes.subarray(from, to));
    if (to === bytes.length) response.end();
    else setTimeout(send, PIECE_MS, to);
  };
  if (bytes.length === 0) response.end();
  else send(0);
}
