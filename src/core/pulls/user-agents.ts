import { compileGlob, type TextTest } from '../model/glob.js';

/**
 * User agents whose requests do not count as pulls: regadm itself, health checks, and image imports of a cluster. (The
 * importer of some versions sends only the name of Go's library, which other clients send, too: those requests count.)
 */
const OWN = ['regadm', 'regadm/*', 'kube-probe/*', 'openshift-apiserver/*'].map(compileGlob);

/** Returns a test for user agents that do not count. @param others those that the user names */
export function ignoredUserAgents(others: readonly TextTest[]): TextTest {
  const tests = [...OWN, ...others];
  /** Few clients send many requests, but anyone can send another user agent each time. */
  const known = new Map<string, boolean>();
  return (userAgent) => {
    let isIgnored = known.get(userAgent);
    if (isIgnored === undefined) {
      isIgnored = tests.some((test) => test(userAgent));
      if (known.size < 1000 && userAgent.length < 500) known.set(userAgent, isIgnored);
    }
    return isIgnored;
  };
}
