/* Names in the page's language: a room is told once, for readers of any. */

/** Return what a product is called in the page's language, else as it was written. */
export function nameOf({ name, names }) {
  return names?.[document.documentElement.lang] || name;
}
