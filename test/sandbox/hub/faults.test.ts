import { readFileSync } from 'node:fs';
import { CLUSTER_FAULTS, separateFaults } from '../../../src/sandbox/hub/faults.js';

const ROOT = new URL('../../../', import.meta.url);

test.each(Object.keys(CLUSTER_FAULTS))('the documentation and the help name the fault %s', (name) => {
  expect(readFileSync(new URL('docs/sandbox.md', ROOT), 'utf8')).toContain(`| \`${name}\``);
  expect(readFileSync(new URL('src/commands/sandbox.ts', ROOT), 'utf8')).toMatch(new RegExp(`\\b${name}\\b`));
});

test('rules without a cluster are those of the hub, whatever they contain', () => {
  const rules = ['GET /a:b => 500', '* sno-01: => reset', 'conflicts', 'sno-01:conflicts', ' sno-02: GET /a:b => 403'];
  const { hub, managed } = separateFaults(rules, ['sno-01', 'sno-02']);
  expect(hub).toEqual(rules.slice(0, 3));
  expect([...managed.values()]).toEqual([
    { states: new Set(), rules: ['conflicts'] },
    { states: new Set(), rules: ['GET /a:b => 403'] },
  ]);
});

test('one cluster can have several faults', () => {
  const { managed } = separateFaults(['sno-01:silent', 'sno-01:no-kubeconfig'], ['sno-01']);
  expect(managed.get('sno-01')!.states).toEqual(new Set(['silent', 'no-kubeconfig']));
});

test.each(['sno-01:', 'sno-01:constructor', 'sno-01:sno-01:silent'])('refuses %s', (rule) => {
  expect(() => separateFaults([rule], ['sno-01'])).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error);
});

test('names the flag that is missing for a fault of a cluster', () => {
  expect(() => separateFaults(['sno-01:silent'], [])).toThrow(
    expect.objectContaining({
      message: 'invalid --fail: the sandbox has no managed cluster "sno-01"',
      suggestions: ['add managed clusters: --managed-clusters N'],
    }) as Error,
  );
});
