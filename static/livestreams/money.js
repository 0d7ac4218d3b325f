/* Amounts in the page's language: a room is told once, for readers of any. */

/** Say an amount of minor units as people of the page's language write it. */
export function sayMoney(minor, currency) {
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency",
    currency,
  });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}
