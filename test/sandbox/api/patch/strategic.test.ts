import { strategicMergePatch } from '../../../../src/sandbox/api/patch/strategic.js';

const named = (...names: string[]): object[] => names.map((name) => ({ name }));
const pod = (spec: object): object => ({ spec });
const cronJob = (spec: object): object => ({ spec: { jobTemplate: { spec: { template: { spec } } } } });

describe('lists with a merge key', () => {
  test.each([
    ['containers', 'name'],
    ['initContainers', 'name'],
    ['volumes', 'name'],
    ['imagePullSecrets', 'name'],
    ['hostAliases', 'ip'],
    ['topologySpreadConstraints', 'topologyKey'],
  ])('%s are merged by %s, in every kind with pods', (list, key) => {
    const before = { [list]: [{ [key]: 'a', x: 1 }, { [key]: 'b' }] };
    const change = { [list]: [{ [key]: 'a', y: 2 }] };
    const after = { [list]: [{ [key]: 'a', x: 1, y: 2 }, { [key]: 'b' }] };
    expect(strategicMergePatch(pod(before), pod(change))).toEqual(pod(after));
    expect(strategicMergePatch(cronJob(before), cronJob(change))).toEqual(cronJob(after));
    const template = (spec: object): object => pod({ template: pod(spec) });
    expect(strategicMergePatch(template(before), template(change))).toEqual(template(after));
  });

  test.each([
    ['env', 'name', 'A', 'B'],
    ['ports', 'containerPort', 1, 2],
    ['volumeMounts', 'mountPath', '/a', '/b'],
    ['volumeDevices', 'devicePath', '/a', '/b'],
  ])('%s of a container are merged by %s', (list, key, a, b) => {
    const container = (items: object[]): object => cronJob({ containers: [{ name: 'main', [list]: items }] });
    const before = container([{ [key]: a, x: 1 }, { [key]: b }]);
    expect(strategicMergePatch(before, container([{ [key]: a, x: 2 }]))).toEqual(
      container([{ [key]: a, x: 2 }, { [key]: b }]),
    );
  });

  test('ports of a Service are merged by port, owners by uid, conditions by type, secrets by name', () => {
    const before = {
      metadata: { ownerReferences: [{ uid: '1' }, { uid: '2' }] },
      secrets: named('a', 'b'),
      spec: { ports: [{ port: 1 }, { port: 2 }] },
      status: { conditions: [{ type: 'A' }, { type: 'B' }] },
    };
    const patch = {
      metadata: { ownerReferences: [{ uid: '2', controller: true }] },
      secrets: [{ name: 'b', x: 1 }],
      spec: { ports: [{ port: 2, name: 'web' }] },
      status: { conditions: [{ type: 'B', status: 'True' }] },
    };
    expect(strategicMergePatch(before, patch)).toEqual({
      metadata: { ownerReferences: [{ uid: '1' }, { uid: '2', controller: true }] },
      secrets: [{ name: 'a' }, { name: 'b', x: 1 }],
      spec: { ports: [{ port: 1 }, { port: 2, name: 'web' }] },
      status: { conditions: [{ type: 'A' }, { type: 'B', status: 'True' }] },
    });
  });

  test('an entry is deleted, or all are replaced, by $patch', () => {
    const before = pod({ containers: named('a', 'b') });
    const remove = pod({ containers: [{ name: 'a', $patch: 'delete' }] });
    expect(strategicMergePatch(before, remove)).toEqual(pod({ containers: named('b') }));
    const replace = pod({ containers: [{ $patch: 'replace' }, { name: 'c' }] });
    expect(strategicMergePatch(before, replace)).toEqual(pod({ containers: named('c') }));
  });

  test('a new entry comes first, without an order', () => {
    const patch = pod({ containers: named('c') });
    expect(strategicMergePatch(pod({ containers: named('a', 'b') }), patch)).toEqual(
      pod({ containers: named('c', 'a', 'b') }),
    );
  });
});

test.each([
  ['only the order', undefined, ['b', 'a'], ['b', 'a']],
  ['a change, too', [{ name: 'a' }], ['b', 'a'], ['b', 'a']],
  ['a new entry', [{ name: 'c' }], ['a', 'c', 'b'], ['a', 'c', 'b']],
  ['an entry less', [{ name: 'a', $patch: 'delete' }], ['b'], ['b']],
  ['entries that the patch does not name', undefined, ['b'], ['a', 'b']],
])('$setElementOrder sorts a list: %s', (_, containers, order, after) => {
  const patch = pod({ '$setElementOrder/containers': named(...order), ...(containers ? { containers } : {}) });
  expect(strategicMergePatch(pod({ containers: named('a', 'b') }), patch)).toEqual(
    pod({ containers: named(...after) }),
  );
});

test('other lists are replaced', () => {
  const before = {
    rules: [{ verbs: ['get'] }],
    subjects: named('a'),
    spec: { tolerations: [{ key: 'a' }], args: ['x'] },
  };
  const patch = {
    rules: [{ verbs: ['list'] }],
    subjects: named('b'),
    spec: { tolerations: [{ key: 'b' }], args: ['y'] },
  };
  expect(strategicMergePatch(before, patch)).toEqual(patch);
});

test('lists of values are merged, sorted and shortened', () => {
  const object = (finalizers: string[]): object => ({ metadata: { finalizers } });
  expect(strategicMergePatch(object(['a', 'b']), object(['b', 'c']))).toEqual(object(['a', 'b', 'c']));
  const patch = {
    metadata: {
      '$deleteFromPrimitiveList/finalizers': ['a'],
      '$setElementOrder/finalizers': ['c', 'b'],
      finalizers: ['c'],
    },
  };
  expect(strategicMergePatch(object(['a', 'b']), patch)).toEqual(object(['c', 'b']));
});

test.each([
  [{ a: 'b' }, { $patch: 'replace', c: 'd' }, { c: 'd' }],
  [undefined, { $patch: 'replace', c: 'd' }, { c: 'd' }],
  [{ a: 'b' }, { $patch: 'delete' }, {}],
  [{ a: 'b' }, { c: null }, { a: 'b' }],
  [{ a: 'b' }, null, undefined],
  [undefined, { c: null, d: { e: null, $patch: 'replace' } }, { d: {} }],
  [undefined, { $patch: 'delete' }, undefined],
  [{ type: 'RollingUpdate', rollingUpdate: {} }, { $retainKeys: ['type'], type: 'Recreate' }, { type: 'Recreate' }],
  [undefined, { $retainKeys: ['type'], type: 'Recreate' }, { type: 'Recreate' }],
])('an object %j with the patch %j becomes %j', (before, patch, after) => {
  const spec = (field: unknown): object => ({ spec: field === undefined ? {} : { field } });
  expect(strategicMergePatch(spec(before), spec(patch))).toEqual(spec(after));
});

test('the object itself does not change', () => {
  const before = cronJob({ containers: [{ name: 'a', env: named('A') }] });
  const copy = structuredClone(before);
  strategicMergePatch(before, cronJob({ containers: [{ name: 'a', env: [{ name: 'A', value: 'x' }] }] }));
  expect(before).toEqual(copy);
});

test.each([
  [[], 'the patch is not an object'],
  [{ spec: { $patch: 'other' } }, 'unknown patch type: other in map'],
  [{ spec: { containers: [{ name: 'a', $patch: 'merge' }] } }, 'unknown patch type: merge in map'],
  [{ spec: { containers: [{ image: 'x' }] } }, 'does not contain declared merge key: name'],
  [{ spec: { containers: ['x'] } }, 'an entry of a list is not an object'],
  [{ spec: { $retainKeys: ['a'], b: 1 } }, 'invalid patch format of retainKeys'],
  [{ spec: { $retainKeys: 'a' } }, '$retainKeys is not a list'],
  [{ spec: { '$setElementOrder/containers': 'a' } }, '$setElementOrder/containers is not a list'],
  [
    { spec: { '$setElementOrder/containers': named('a', 'b'), containers: named('b', 'a') } },
    "doesn't match $setElementOrder list",
  ],
  [{ spec: { '$setElementOrder/containers': named('a'), containers: named('b') } }, 'The order in patch list'],
])('the patch %j is refused', (patch, problem) => {
  expect(() => strategicMergePatch(pod({ containers: named('a') }), patch)).toThrow(problem);
});
