import { cobraAnswer, complete } from './complete.js';
import { completionCommands, type Manifest } from './model.js';

/**
 * Completes a command line: for `kubectl regadm …` and `oc regadm …`, and for the scripts of the shells, which ask for
 * values that only the kubeconfig or the cluster knows.
 * @param words the words after `regadm`; the last one is incomplete and can be empty
 * @returns what kubectl and oc read from a program called kubectl_complete-regadm; without candidates if they cannot
 *   be found out
 */
export async function answerCompletion(manifest: Manifest, words: readonly string[]): Promise<string> {
  const completion = complete(completionCommands(manifest), words);
  if (!completion.asked) return cobraAnswer(completion);
  const { prefix } = completion.asked;
  const { knownValues } = await import('./known-values.js');
  const values = await knownValues(manifest, completion.asked);
  return cobraAnswer({
    kind: 'words',
    candidates: values.map((value) => ({ value: prefix + value, description: '' })),
  });
}
