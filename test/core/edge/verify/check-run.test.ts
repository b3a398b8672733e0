import { once } from 'node:events';
import { CheckRun, checker } from '../../../../src/core/edge/verify/check.js';
import { TimeLimit } from '../../../../src/core/edge/verify/time-limit.js';

test('no cluster passes whose time is over between two checks', async () => {
  const limit = new TimeLimit(1);
  const checks = new CheckRun(limit);
  const place = (name: string) => ({ where: 'cluster', name, server: 'https://api' }) as const;
  await checks.run(place('first'), async () => {
    await once(limit.signal, 'abort');
    return [checker('cluster').passed('first', 'passed when its time was just over')];
  });
  const unexpected = (): Promise<never> => Promise.reject(new Error('must not run'));
  await checks.run(place('second'), unexpected);
  await checks.run(place('third'), unexpected);
  expect(checks.found).toMatchObject([
    { name: 'first', status: 'ok' },
    {
      name: 'second',
      status: 'failed',
      message: 'no result from https://api within 0.001 s (--timeout)',
      notChecked: true,
    },
    { name: 'third', status: 'skipped' },
  ]);
});
