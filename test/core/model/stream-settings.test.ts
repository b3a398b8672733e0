import { streamSettings } from '../../../src/core/model/stream-settings.js';

test('the settings of a stream are its labels, its annotations and its lookup policy, without pending links', () => {
  const annotations = { note: 'kept', 'regadm/pending': 'a'.repeat(64) };
  expect(
    streamSettings({
      metadata: { name: 'app', labels: { team: 'shop' }, annotations },
      spec: { lookupPolicy: { local: true } },
    }),
  ).toEqual({ local: true, labels: { team: 'shop' }, annotations: { note: 'kept' } });
  expect(streamSettings({ metadata: { name: 'app' } })).toEqual({ local: false, labels: {}, annotations: {} });
});
