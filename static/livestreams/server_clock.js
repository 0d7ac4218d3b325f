/* The server's clock on a page: a phone's own may be wrong. */

/** Return a function that says the server's moment, in milliseconds since 1970. */
export function readServerClock(page) {
  const start = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
  const offset = Number(page.dataset.now) - start;
  return () => offset + performance.now();
}
