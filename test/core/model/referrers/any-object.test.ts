import { anyObjectReducer } from '../../../../src/core/model/referrers/any-object.js';
import { digest } from '../../../support/builders.js';

const reduce = anyObjectReducer('Service.serving.knative.dev', ['registry.svc:5000']);

test('every string that is a pull spec with a digest, or of the registry itself, is a use, with its path', () => {
  const found = reduce({
    metadata: { namespace: 'ns', name: 'web', managedFields: [`q.io/a/b@${digest('m')}`] },
    spec: {
      steps: [{ image: `docker://quay.io/team/app@${digest('x')}` }, { image: 'quay.io/team/app:v1' }],
      'odd.key': 'registry.svc:5000/ns/app:v1',
      host: 'registry.svc:5000/only-a-name',
      text: `see quay.io/team/app@${digest('y')} for more`,
      long: `q.io/a/b@${digest('z')}${' '.repeat(800)}`,
      count: 5,
      nothing: null,
    },
  });
  expect(found).toEqual({
    kind: 'Service.serving.knative.dev',
    namespace: 'ns',
    name: 'web',
    references: [
      { field: 'spec.steps[0].image', form: 'pull-spec', text: `quay.io/team/app@${digest('x')}`, extended: true },
      { field: 'spec["odd.key"]', form: 'pull-spec', text: 'registry.svc:5000/ns/app:v1', extended: true },
    ],
  });
});
