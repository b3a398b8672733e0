/** Minimum number of repositories without an image stream that a warning counts. */
const MANY = 10;

/**
 * Warns if most repositories have no image stream. That alone does not justify a refusal: clusters that delete many
 * projects have mostly such repositories.
 */
export function repositoryWarnings(withoutStream: number, all: number): string[] {
  if (withoutStream < MANY || withoutStream * 2 <= all) return [];
  return [`${withoutStream} of ${all} repositories in this storage have no image stream and are deleted as a whole`];
}
