/**
 * Returns a clock for ages, in ms. It never runs backwards, and it counts the time in which the machine was asleep,
 * which the monotonic clock of Linux does not count. If the wall clock is set forward, things look older than they are.
 */
export function ageClock(monotonic = (): number => performance.now(), wall: () => number = Date.now): () => number {
  let [lastMonotonic, lastWall, total] = [monotonic(), wall(), 0];
  return () => {
    const [nowMonotonic, nowWall] = [monotonic(), wall()];
    total += Math.max(0, nowMonotonic - lastMonotonic, nowWall - lastWall);
    [lastMonotonic, lastWall] = [nowMonotonic, nowWall];
    return total;
  };
}
