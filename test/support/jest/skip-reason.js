/** Adds the reason to the title of a skipped test or suite, which is all that Jest hands to a reporter. */
export function withSkipReason(title, reason) {
  return `${title} [skipped: ${reason}]`;
}

/** Returns the reason that `withSkipReason` added to one of these titles, or undefined. */
export function skipReasonIn(titles) {
  for (const title of titles) {
    const reason = / \[skipped: (.+)\]$/.exec(title)?.[1];
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Returns the title without the reason. */
export function withoutSkipReason(title) {
  return title.replace(/ \[skipped: .+\]$/, '');
}
