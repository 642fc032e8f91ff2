// Loaded into the measured program by `node --import`: prints its peak memory when it ends.
process.on('exit', () => {
  process.stderr.write(`peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`);
});
