import { waitingText } from '../../../src/core/cluster/waiting.js';
import { Traffic } from '../../../src/core/kit/traffic.js';
import { Phase } from '../../../src/core/terminal/progress-phase.js';

const LIST = { server: 'api', verb: 'list' } as const;

test('progress names the resource that the API server takes long for, in 80 columns', () => {
  let now = 0;
  const traffic = new Traffic(() => now);
  const phase = new Phase('listing objects', undefined, 'items', () => waitingText({ traffic }));
  const endOfImages = traffic.wait({ ...LIST, resource: 'images.image.openshift.io' });
  now = 2000;
  traffic.wait({ ...LIST, resource: 'pods' });
  expect(phase.text(76)).not.toContain('waiting');
  now = 12_000;
  phase.count = 1500;
  expect(phase.text(76)).toContain('listing objects 1,500  ');
  expect(phase.text(76)).toContain('waiting for the API server: images, 12s');
  endOfImages();
  expect(waitingText({ traffic })).toBe('waiting for the API server: pods, 10s');
});

test('nothing is said of a cluster that nothing waits for', () => {
  expect(waitingText({ traffic: new Traffic() })).toBe('');
  expect(waitingText({})).toBe('');
});
