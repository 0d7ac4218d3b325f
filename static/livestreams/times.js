/* Stretches of time in the page's language. */

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** Say seconds in their largest whole unit, rounded up. */
export function sayTime(seconds, display = "long") {
  const [unit, size] = UNITS.find(([, least]) => seconds >= 2 * least) ?? UNITS.at(-1);
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit",
    unit,
    unitDisplay: display,
  });
  return format.format(Math.ceil(seconds / size));
}
