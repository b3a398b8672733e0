import { cobraAnswer, complete } from './complete.js';
import { completionCommands, type Manifest } from './model.js';

/**
 * Completes `kubectl regadm …` and `oc regadm …`.
 * @param words the words after `regadm`; the last one is incomplete and can be empty
 * @returns what kubectl and oc read from a program called kubectl_complete-regadm
 */
export function completeForKubectl(manifest: Manifest, words: readonly string[]): string {
  return cobraAnswer(complete(completionCommands(manifest), words));
}
