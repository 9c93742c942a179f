/** Long work in slices, between which the browser draws and listens. */

const SLICE_MS = 10;

const pause = () =>
  globalThis.scheduler?.yield ? scheduler.yield() : new Promise((resolve) => setTimeout(resolve));

/** Exhaust an iterable whose steps do the work. Throws the reason of `signal` once it is aborted. */
export async function inSlices(steps, signal) {
  let ends = performance.now() + SLICE_MS;
  for (const _ of steps) {
    if (performance.now() < ends) continue;
    await pause();
    signal?.throwIfAborted();
    ends = performance.now() + SLICE_MS;
  }
}
