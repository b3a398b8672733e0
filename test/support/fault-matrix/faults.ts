import type { FaultAction, RequestInfo } from '../../../src/sandbox/index.js';
import type { Shape } from './request-kind.js';

const HTML = '<html><body><h1>404 Not Found</h1><hr>proxy/1.0</body></html>\n';

const status = (code: number): FaultAction => ({ do: 'status', status: code });
const answer = (body: unknown, code = 200): FaultAction => ({
  do: 'respond',
  status: code,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const html = (code: number): FaultAction => ({ do: 'respond', status: code, contentType: 'text/html', body: HTML });
const change = (edit: (body: Body) => unknown): FaultAction => ({
  do: 'rewrite',
  change: (text) => JSON.stringify(edit(JSON.parse(text) as Body)),
});

/** What happens to a request: an action, or one that depends on the request. */
export type Fault = FaultAction | ((request: RequestInfo) => FaultAction);

interface Body {
  metadata?: Record<string, unknown>;
  items?: unknown[];
  details?: Record<string, unknown>;
  [field: string]: unknown;
}

/** The connection or the server fails. */
const FAILURES: Record<string, Fault> = {
  reset: { do: 'reset' },
  'cut off in the middle': { do: 'cut' },
  '401': status(401),
  '403': status(403),
  '429': status(429),
  '500': status(500),
  '503': status(503),
};

/** What a proxy says in place of the server. */
const PROXY: Record<string, Fault> = {
  '200 with HTML': html(200),
  '404 with HTML': html(404),
  '404 without a body': { do: 'respond', status: 404, body: '' },
};

/** Well-formed JSON that is not the answer to the request. */
const NOT_THE_ANSWER: Record<string, Fault> = {
  'truncated JSON': { do: 'rewrite', change: (text) => text.slice(0, Math.floor(text.length / 2)) },
  '{}': answer({}),
  null: answer('null'),
  '[]': answer([]),
  'a text': answer('"ok"'),
  'a Status': answer({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }),
  'nested too deeply': answer(`${'['.repeat(50_000)}${']'.repeat(50_000)}`),
};

const EXPIRED: Record<string, Fault> = { '410 with a new continue': { do: 'expired' } };

const ANOTHER_KIND: Record<string, Fault> = {
  'a list of another kind': answer({
    kind: 'ConfigMapList',
    apiVersion: 'v1',
    metadata: { resourceVersion: '7' },
    items: [],
  }),
  'null for items': change((body) => ({ ...body, items: null })),
  'no metadata': change((body) => ({ ...body, metadata: null, items: body.items?.slice(1) })),
};

const ANOTHER_OBJECT: Record<string, Fault> = {
  'another object': change((body) => ({ ...body, metadata: { ...body.metadata, name: 'another', uid: 'another' } })),
  'another kind': change((body) => ({ ...body, kind: 'ConfigMap', apiVersion: 'v1' })),
};

/** The server does what was asked, but the client does not learn it. */
const DONE_BUT_LOST: Record<string, Fault> = {
  'done, then 500': { do: 'after', status: 500 },
  'done, then reset': { do: 'after' },
};

const NOT_DONE: Record<string, Fault> = {
  'success for another object': answer({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Success',
    details: { name: 'another', kind: 'images' },
  }),
  'not found for another object': answer(
    {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      reason: 'NotFound',
      code: 404,
      details: { name: 'another', kind: 'images' },
    },
    404,
  ),
};

const EVENTS: Record<string, Fault> = {
  'truncated event': { do: 'rewrite', change: (line) => `${line.slice(0, Math.floor(line.length / 2))}\n` },
  '{} as event': { do: 'rewrite', change: () => '{}\n' },
  'null as event': { do: 'rewrite', change: () => 'null\n' },
  'an event without an object': { do: 'rewrite', change: () => '{"type":"MODIFIED","object":null}\n' },
  'ends at once': answer(''),
};

const isStatus = (message: string): boolean => message.startsWith('{');
const exitStatus = (status: string): Fault => ({
  do: 'rewrite',
  change: (message) => (isStatus(message) ? status : message),
});

/** The connection to a command in a pod fails, or its messages are not those of the command. */
const COMMAND: Record<string, Fault> = {
  'truncated messages': { do: 'rewrite', change: (message) => message.slice(0, Math.floor(message.length / 2)) },
  'HTML as output': { do: 'rewrite', change: (message) => (isStatus(message) ? message : HTML) },
  'empty status': exitStatus(''),
  '{} as status': exitStatus('{}'),
  'null as status': exitStatus('null'),
  'failure without an exit status': exitStatus('{"status":"Failure","reason":"InternalError"}'),
  'exit status 1': exitStatus(
    '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"1"}]}}',
  ),
};

/** The faults of every shape of request. */
export const FAULTS: Record<Shape, Record<string, Fault>> = {
  list: { ...FAILURES, ...PROXY, ...NOT_THE_ANSWER, ...ANOTHER_KIND, ...EXPIRED },
  page: {
    ...FAILURES,
    ...PROXY,
    ...NOT_THE_ANSWER,
    ...ANOTHER_KIND,
    ...EXPIRED,
    'no items, although more were announced': change((body) => ({
      ...body,
      metadata: { resourceVersion: '7' },
      items: [],
    })),
    'the same continue again': ({ path }) => {
      const token = new URL(path, 'https://server').searchParams.get('continue');
      return change((body) => ({ ...body, metadata: { ...body.metadata, continue: token } }));
    },
  },
  watch: { ...FAILURES, ...PROXY, ...EVENTS },
  read: { ...FAILURES, ...PROXY, ...NOT_THE_ANSWER, ...ANOTHER_OBJECT },
  review: { ...FAILURES, ...PROXY, ...NOT_THE_ANSWER },
  write: { ...FAILURES, ...PROXY, ...NOT_THE_ANSWER, ...ANOTHER_OBJECT, ...DONE_BUT_LOST, '409': status(409) },
  delete: { ...FAILURES, ...PROXY, ...NOT_THE_ANSWER, ...NOT_DONE, ...DONE_BUT_LOST, '409': status(409) },
  'registry-read': { ...FAILURES, ...PROXY, ...NOT_THE_ANSWER },
  'registry-write': {
    ...FAILURES,
    ...PROXY,
    ...DONE_BUT_LOST,
    '405': status(405),
    '201 with HTML, not done': html(201),
    '200 with {}, not done': answer({}),
  },
  'registry-delete': {
    ...FAILURES,
    ...PROXY,
    ...DONE_BUT_LOST,
    '405': status(405),
    '202 with HTML, not done': html(202),
    '200 with {}, not done': answer({}),
  },
  exec: { ...FAILURES, ...PROXY, ...DONE_BUT_LOST, ...COMMAND },
};
