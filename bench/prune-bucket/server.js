/**
 * A simulated bucket of S3 with the cluster that its registry belongs to. Deletions are answered, but change nothing.
 */
import { createServer } from 'node:http';
import { answerOperator, answerWatch, version } from './operator.js';

/** Number of blobs. */
export const BLOBS = Number(process.env.BLOBS ?? 1_000_000);
const LATENCY_MS = Number(process.env.LATENCY_MS ?? 0);
/** Orphaned blobs for each image: 3 are a third of all blobs, 2 a quarter. */
const ORPHANS = Number(process.env.ORPHANS ?? 3);
const PAGE = 1000;
const BLOB_BYTES = 5_000_000_000;
/** Blobs of one image: its manifest, its config and four layers; the others are orphans. */
const USED = 6;
const GROUP = USED + ORPHANS;
const IMAGES = Math.floor(BLOBS / GROUP);
/** A multiple of the number of namespaces. */
const REPOSITORIES = Number(process.env.REPOSITORIES ?? 1000);
const NAMESPACES = 50;
const ROOT = 'docker/registry/v2';

/** Digests are evenly spread and ordered by their number. */
const STEP = 0x1_0000_0000 / BLOBS;
const hexOf = (index) =>
  Math.floor(index * STEP)
    .toString(16)
    .padStart(8, '0') + 'a'.repeat(56);
const firstOf = (digits) => Math.ceil(Number.parseInt(digits.padEnd(8, '0'), 16) / STEP);
const indexOf = (hex) => Math.ceil(Number.parseInt(hex.slice(0, 8), 16) / STEP);
/** Returns true for the key of a blob that an image uses. */
export const isUsed = (key) => indexOf(/[0-9a-f]{64}/.exec(key)[0]) % GROUP < USED;
const repositoryOf = (image) => `ns${(image % REPOSITORIES) % NAMESPACES}/app${image % REPOSITORIES}`;
const blobKey = (index) => `${ROOT}/blobs/sha256/${hexOf(index).slice(0, 2)}/${hexOf(index)}/data`;
const linkKey = (image) =>
  `${ROOT}/repositories/${repositoryOf(image)}/_manifests/revisions/sha256/${hexOf(image * GROUP)}/link`;
/** LAYER_LINKS=1: each image also has links to its config and layers. */
const LINKS = process.env.LAYER_LINKS || process.env.VERIFY ? USED : 1;

const xml = (name, content) => `<?xml version="1.0" encoding="UTF-8"?><${name}>${content}</${name}>`;
const prefixesOf = (names) => names.map((name) => `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`).join('');

function listing(prefix, { delimiter, token, size }) {
  const rest = prefix.slice(ROOT.length + 1);
  if (delimiter) {
    const hex = Array.from({ length: 256 }, (_, at) => `${at.toString(16).padStart(2, '0')}/`);
    const spaces = Array.from({ length: NAMESPACES }, (_, at) => `ns${at}/`);
    const names = {
      '': ['blobs/', 'repositories/'],
      'blobs/': ['sha256/'],
      'blobs/sha256/': hex,
      'repositories/': spaces,
    };
    const found = names[rest] ?? [];
    return xml('ListBucketResult', `<IsTruncated>false</IsTruncated>${prefixesOf(found.map((name) => prefix + name))}`);
  }
  const [from, to, keyOf, bytes] = rest.startsWith('blobs/') ? blobRange(rest) : linkRange(rest);
  const start = token ? Number(token) : from;
  const entries = [];
  let at = start;
  for (; at < to && entries.length < size; at++) {
    const key = keyOf(at);
    if (key.startsWith(prefix))
      entries.push(
        `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"0"</ETag><Size>${bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
      );
  }
  const next = at < to ? `<NextContinuationToken>${at}</NextContinuationToken>` : '';
  return xml('ListBucketResult', `<IsTruncated>${at < to}</IsTruncated>${next}${entries.join('')}`);
}

function blobRange(rest) {
  const hex = /([0-9a-f]{64})(\/|$)/.exec(rest)?.[1];
  if (hex) {
    return [indexOf(hex), indexOf(hex) + 1, blobKey, BLOB_BYTES];
  }
  const digits = rest.replace(/^blobs\/(sha256\/)?/, '');
  const end = digits === '' ? BLOBS : Math.min(BLOBS, firstOf((Number.parseInt(digits, 16) + 1).toString(16)));
  const isLast = /^f*$/.test(digits);
  return [digits === '' ? 0 : firstOf(digits), isLast ? BLOBS : end, blobKey, BLOB_BYTES];
}

/** The links of one namespace or of all, or the one that a complete key names. */
function linkRange(rest) {
  const hex = /([0-9a-f]{64})\/link$/.exec(rest)?.[1];
  const [, namespace] = /^repositories\/ns(\d+)\//.exec(rest) ?? [];
  const [first, step] = namespace === undefined ? [0, 1] : [Number(namespace), NAMESPACES];
  if (!hex) return [0, Math.ceil((IMAGES - first) / step) * LINKS, (at) => anyLinkKey(first, step, at), 71];
  const image = indexOf(hex) / GROUP;
  return [image, image + 1, linkKey, 71];
}

/** The links of a repository follow each other: those of layers, then those of manifests. */
function anyLinkKey(first, step, at) {
  let [repository, rest] = [first, at];
  const count = () => Math.ceil((IMAGES - repository) / REPOSITORIES);
  for (; rest >= count() * LINKS; repository += step) rest -= count() * LINKS;
  const layers = count() * (LINKS - 1);
  if (rest >= layers) return linkKey(repository + (rest - layers) * REPOSITORIES);
  const image = repository + Math.floor(rest / (LINKS - 1)) * REPOSITORIES;
  const part = (rest % (LINKS - 1)) + 1;
  return `${ROOT}/repositories/${repositoryOf(image)}/_layers/sha256/${hexOf(image * GROUP + part)}/link`;
}

function answerS3(request, body) {
  const { pathname, searchParams } = new URL(request.url, 'http://s3');
  if (searchParams.has('versioning')) return xml('VersioningConfiguration', '');
  if (searchParams.has('uploads')) return xml('ListMultipartUploadsResult', '<IsTruncated>false</IsTruncated>');
  if (request.method === 'POST') {
    const keys = [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => `<Deleted><Key>${key}</Key></Deleted>`);
    return xml('DeleteResult', keys.join(''));
  }
  if (!searchParams.has('prefix')) return /([0-9a-f]{64})\/link$/.exec(pathname)[1].replace(/^/, 'sha256:');
  return listing(searchParams.get('prefix'), {
    delimiter: searchParams.get('delimiter'),
    token: searchParams.get('continuation-token'),
    size: Number(searchParams.get('max-keys') ?? PAGE),
  });
}

/** What an Image object contains besides, with IMAGE_BYTES=9000 in the size of a real one. */
const FILLING = 'x'.repeat(Number(process.env.IMAGE_BYTES ?? 0));

const image = (index) => ({
  metadata: {
    name: `sha256:${hexOf(index * GROUP)}`,
    creationTimestamp: '2026-01-01T00:00:00Z',
    annotations: { 'openshift.io/image.managed': 'true' },
  },
  dockerImageReference: `registry/${repositoryOf(index)}@sha256:${hexOf(index * GROUP)}`,
  dockerImageMetadata: { Id: `sha256:${hexOf(index * GROUP + 1)}`, Size: (USED - 1) * BLOB_BYTES, Filling: FILLING },
  dockerImageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
  dockerImageLayers: [2, 3, 4, 5].map((at) => ({ name: `sha256:${hexOf(index * GROUP + at)}`, size: BLOB_BYTES })),
});

function stream(at) {
  const [namespace, name] = repositoryOf(at).split('/');
  const count = Math.ceil((IMAGES - at) / REPOSITORIES);
  const items = Array.from({ length: count }, (_, index) => ({
    image: `sha256:${hexOf((at + index * REPOSITORIES) * GROUP)}`,
    dockerImageReference: `registry/${namespace}/${name}@sha256:${hexOf((at + index * REPOSITORIES) * GROUP)}`,
  }));
  const status = { dockerImageRepository: `registry/${namespace}/${name}`, tags: [{ tag: 'latest', items }] };
  return { metadata: { namespace, name }, status };
}

const FORBIDDEN = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: 'Forbidden',
  message: 'no',
  code: 403,
};

/** Lists images and image streams; everything else is forbidden. */
function answerApi(request) {
  const { pathname, searchParams } = new URL(request.url, 'http://api');
  if (!/\/(?:images|imagestreams)$/.test(pathname)) return FORBIDDEN;
  const isImages = pathname.endsWith('/images');
  const total = isImages ? IMAGES : Math.min(REPOSITORIES, IMAGES);
  const start = Number(searchParams.get('continue') ?? 0);
  const end = Math.min(total, start + Number(searchParams.get('limit') ?? total));
  return {
    kind: isImages ? 'ImageList' : 'ImageStreamList',
    apiVersion: 'image.openshift.io/v1',
    metadata: { resourceVersion: listVersion(start, isImages), ...(end < total ? { continue: String(end) } : {}) },
    items: Array.from({ length: end - start }, (_, at) => (isImages ? image : stream)(start + at)),
  };
}

/** All pages of a list have the version of the first one. */
function listVersion(start, isImages) {
  if (start === 0) listVersions.set(isImages, version());
  return listVersions.get(isImages);
}
const listVersions = new Map();

/** Counts requests to the bucket since the last `GET /requests`, and notes when deletions began and ended. */
export function serve() {
  let requests = 0;
  const deletions = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/requests') {
        response.end(String(requests));
        requests = 0;
      } else if (request.url === '/deletions') {
        response.end(JSON.stringify([deletions[0], deletions.at(-1)]));
      } else if (request.url.includes('watch=true')) {
        answerWatch(request, response);
      } else if (/^\/apis?\//.test(request.url)) {
        const ofOperator = process.env.OPERATOR && answerOperator(request, Buffer.concat(chunks).toString());
        const answer = ofOperator || answerApi(request);
        response.statusCode = answer.code ?? 200;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer));
      } else {
        requests++;
        const isDeletion = request.method === 'POST';
        if (isDeletion) deletions.push(Date.now());
        setTimeout(() => {
          response.end(answerS3(request, Buffer.concat(chunks).toString()));
          if (isDeletion) deletions.push(Date.now());
        }, LATENCY_MS);
      }
    });
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());
}
