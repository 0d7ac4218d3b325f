/* Amounts in the page's language: a room is told once, for readers of any. */

/** Say an amount of minor units as people of the page's language write it. */
export function sayMoney(minor, currency) {
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency",
    currency,
  });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** Make what an amount such as a kilogram costs, to stand beside a price (D3). */
export function makeUnitPrice({ price_minor: minor, per }, currency, word) {
  const place = document.createElement("span");
  place.className = "price__unit";
  const slash = document.createElement("span");
  slash.setAttribute("aria-hidden", "true");
  slash.textContent = " / ";
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.textContent = ` ${word} `;
  place.append(sayMoney(minor, currency), slash, spoken, per);
  return place;
}
