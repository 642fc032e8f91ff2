/** What decides whether a flow has come to rest. */
export interface Motion {
  /** Whether the client has its result. */
  readonly done: () => boolean;
  /** Grows while anything moves. Handles what is there to handle. */
  readonly activity: () => number;
  /** Whether the kernel waits for something that will move again: a neighbour that is asked for. */
  readonly pending: () => boolean;
}

/** Milliseconds between two looks. */
const GLANCE = 2;
/** Milliseconds of silence for a client that has its result: only what that caused is on its way. */
const AFTER_RESULT = 5;

/**
 * Waits until a flow has come to rest: nothing moved for `quiet` milliseconds and nothing is pending; less
 * where the client has its result. Gives up after `patience` milliseconds, also with a loop that never rests.
 * Returns whether anything was pending on the way.
 */
export async function settled(motion: Motion, quiet: number, patience: number): Promise<boolean> {
  const start = performance.now();
  let since = start;
  let seen = motion.activity();
  let waited = false;
  for (;;) {
    await sleep(GLANCE);
    // Asked before we look: what has just ceased to be pending has left its trace by then.
    const pending = !motion.done() && motion.pending();
    waited ||= pending;
    const now = performance.now();
    const activity = motion.activity();
    if (activity !== seen || pending) {
      seen = activity;
      since = now;
    }
    if (now - since >= (motion.done() ? Math.min(quiet, AFTER_RESULT) : quiet)) return waited;
    if (now - start > patience) return waited;
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
