// Loaded before the program that is measured: when it ends, notes its peak memory and processor time in the file BENCH_USAGE.
const { isMainThread } = require('node:worker_threads');
const { appendFileSync } = require('node:fs');
if (isMainThread) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    appendFileSync(
      process.env.BENCH_USAGE,
      `${JSON.stringify({ peak: maxRSS / 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 })}\n`,
    );
  });
}
